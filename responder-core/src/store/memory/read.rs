//! Looking things up.

use std::time::Duration;

use super::super::{BranchKey, EventId, Health, Listing, Loaded, StoreError, StoredEvent, Unreadable, codec};
use super::data::{Asker, Data, Row};
use crate::{
    CallSid, MessageSid, Timestamp,
    emergency::{EmergencyId, Line},
};

impl Data {
    pub(super) fn load(&self, asker: Asker, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        self.emergencies.get(&id).map(|row| row.load(asker)).transpose()
    }

    pub(super) fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Option<(EmergencyId, Line)> {
        self.branches.get(branch)?.calls.get(call).copied()
    }

    pub(super) fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Option<EmergencyId> {
        self.branches.get(branch)?.messages.get(message).copied()
    }

    pub(super) fn open_emergencies(&self, asker: Asker, branch: &BranchKey) -> Result<Listing, StoreError> {
        let open = self.branches.get(branch).into_iter().flat_map(|branch| &branch.open);
        self.listing(asker, open.copied())
    }

    pub(super) fn concluded_since(
        &self,
        asker: Asker,
        branch: &BranchKey,
        since: Timestamp,
    ) -> Result<Listing, StoreError> {
        let all = self.branches.get(branch).into_iter().flat_map(|branch| &branch.emergencies);
        let concluded = all.filter_map(|id| Some((self.emergencies.get(id)?.columns.concluded_at?, *id)));
        let mut concluded: Vec<_> = concluded.filter(|(at, _)| *at >= since).collect();
        concluded.sort_unstable_by(|a, b| b.cmp(a));
        self.listing(asker, concluded.into_iter().map(|(_, id)| id))
    }

    pub(super) fn list(
        &self,
        asker: Asker,
        branch: &BranchKey,
        before: Option<EmergencyId>,
        limit: u32,
    ) -> Result<Listing, StoreError> {
        let all = self.branches.get(branch).into_iter().flat_map(|branch| branch.emergencies.iter().rev());
        let older = all.filter(|id| before.is_none_or(|before| **id < before));
        self.listing(asker, older.take(usize::try_from(limit).unwrap_or(usize::MAX)).copied())
    }

    fn listing(&self, asker: Asker, ids: impl Iterator<Item = EmergencyId>) -> Result<Listing, StoreError> {
        let mut listing = Listing::default();
        for id in ids {
            if let Some(row) = self.emergencies.get(&id) {
                listing.add(id, row.load(asker))?;
            }
        }
        Ok(listing)
    }

    pub(super) fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Vec<StoredEvent> {
        let events = self.branches.get(branch).map_or(&[][..], |branch| &branch.events);
        let seen = usize::try_from(after.as_u64()).unwrap_or(usize::MAX).min(events.len());
        events[seen..].iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect()
    }

    pub(super) fn events_of(&self, emergency: EmergencyId, after: EventId, limit: u32) -> Vec<StoredEvent> {
        let branch = self.emergencies.get(&emergency).and_then(|row| self.branches.get(&row.branch));
        let events = branch.into_iter().flat_map(|branch| &branch.events);
        let wanted = events.filter(|event| event.emergency == Some(emergency) && event.id > after);
        wanted.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect()
    }

    pub(super) fn health(&self, asker: Asker, branch: &BranchKey) -> Result<Health, StoreError> {
        let listing = self.open_emergencies(asker, branch)?;
        let open = listing.len();
        let not_read = listing.unreadable.into_iter().chain(listing.newer);
        let rows = not_read.filter_map(|id| Some((id, self.emergencies.get(&id)?)));
        let unreadable = rows.map(|(id, row)| Unreadable {
            id,
            opened_at: row.columns.opened_at,
            next_deadline: row.columns.next_deadline,
            card: codec::decode("card", &row.card).ok(),
        });
        let oldest = self.oldest(branch);
        Ok(Health {
            open: u32::try_from(open).unwrap_or(u32::MAX),
            unreadable: unreadable.collect(),
            late_by: oldest.map_or(Duration::ZERO, |oldest| asker.now.since(oldest)),
        })
    }
}

impl Row {
    fn load(&self, asker: Asker) -> Result<Loaded, StoreError> {
        Loaded::decode(asker.formats, self.branch.clone(), self.format, &self.state, self.version, asker.now)
    }
}
