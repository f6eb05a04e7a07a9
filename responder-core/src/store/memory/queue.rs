//! Deadlines and commands.

use super::super::{BranchKey, ClaimRequest, Claimed, Due, Lease, MOST_LOST_CLAIMS, StoreError, Task, Ticket, codec};
use super::data::{CommandRow, Data, Place, Verdict};
use crate::{
    Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId, Outcome},
};

impl Data {
    pub(super) fn due(&self, now: Timestamp, branch: &BranchKey, max: u32) -> Vec<Due> {
        let mut due: Vec<_> = self.deadlines(branch).filter(|(deadline, _)| *deadline <= now).collect();
        due.sort_unstable();
        due.truncate(usize::try_from(max).unwrap_or(usize::MAX));
        due.into_iter().map(|(deadline, id)| Due { id, deadline }).collect()
    }

    pub(super) fn defer(&mut self, due: &Due, until: Timestamp) -> bool {
        let row = self.emergencies.get_mut(&due.id);
        let Some(row) = row.filter(|row| row.columns.next_deadline == Some(due.deadline)) else { return false };
        row.columns.next_deadline = Some(until);
        true
    }

    pub(super) fn claim(&mut self, now: Timestamp, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let Some(branch) = self.branches.get(&request.branch) else { return Ok(Vec::new()) };
        let is_wanted = |(_, _, id): &&Place| {
            let row = self.commands.get(id);
            row.is_some_and(|row| row.visible_at <= now && request.kinds.contains(&row.kind))
        };
        let max = usize::try_from(request.max).unwrap_or(usize::MAX);
        let ids: Vec<_> = branch.queue.iter().filter(is_wanted).take(max).map(|(_, _, id)| *id).collect();
        let lease_until = now + request.lease.span();
        Ok(ids.into_iter().filter_map(|id| Some(self.commands.get_mut(&id)?.claim(id, lease_until))).collect())
    }

    pub(super) fn holds(&self, now: Timestamp, ticket: &Ticket) -> bool {
        self.commands.get(&ticket.command).is_some_and(|row| row.is_held(ticket) && row.visible_at > now)
    }

    pub(super) fn extend(&mut self, now: Timestamp, ticket: &Ticket, lease: Lease) -> bool {
        let row = self.commands.get_mut(&ticket.command);
        let Some(row) = row.filter(|row| row.is_held(ticket) && row.visible_at > now) else { return false };
        row.visible_at = now + lease.span();
        true
    }

    pub(super) fn put_back(&mut self, ticket: &Ticket, due: Timestamp) -> bool {
        let id = ticket.command;
        let Some(row) = self.commands.get_mut(&id).filter(|row| row.is_held(ticket)) else { return false };
        let before = row.place(id);
        row.is_claimed = false;
        row.due = due;
        row.visible_at = due;
        let after = row.place(id);
        let branch = self.emergencies.get(&id.emergency).map(|row| row.branch.clone());
        if let Some(branch) = branch.and_then(|key| self.branches.get_mut(&key)) {
            branch.queue.remove(&before);
            branch.queue.insert(after);
        }
        true
    }

    pub(super) fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Option<Timestamp> {
        let deadlines = self.deadlines(branch).map(|(deadline, _)| deadline);
        deadlines.chain(self.waiting(branch, kinds)).min()
    }

    /// When each of the branch's commands can be claimed.
    pub(super) fn waiting(&self, branch: &BranchKey, kinds: &[CommandKind]) -> impl Iterator<Item = Timestamp> {
        let queue = self.branches.get(branch).into_iter().flat_map(|branch| &branch.queue);
        let rows = queue.filter_map(|(_, _, id)| self.commands.get(id));
        rows.filter(|row| kinds.contains(&row.kind)).map(|row| row.visible_at)
    }

    pub(super) fn deadlines(&self, branch: &BranchKey) -> impl Iterator<Item = (Timestamp, EmergencyId)> {
        let open = self.branches.get(branch).into_iter().flat_map(|branch| &branch.open);
        open.filter_map(|id| Some((self.emergencies.get(id)?.columns.next_deadline?, *id)))
    }
}

impl CommandRow {
    pub(super) fn claim(&mut self, id: CommandId, lease_until: Timestamp) -> Claimed {
        if self.is_claimed {
            self.lost += 1;
        }
        if self.lost >= MOST_LOST_CLAIMS {
            self.verdict.get_or_insert(Verdict::Abandoned);
        }
        self.claims += 1;
        self.is_claimed = true;
        self.visible_at = lease_until;
        let ticket = Ticket { command: id, claim: self.claims };
        Claimed { ticket, kind: self.kind, task: self.task(), lease_until, may_have_run: self.lost > 0 }
    }

    /// Until when the first claim lasts, if nothing has come of it yet.
    pub(super) fn first_lease(&self) -> Option<Timestamp> {
        (self.is_claimed && self.claims == 1).then_some(self.visible_at)
    }

    fn task(&self) -> Task {
        match (codec::decode("command", &self.text), self.verdict) {
            (Err(_), _) => Task::Unreadable,
            (Ok(command), None) => Task::Run(command),
            (Ok(command), Some(Verdict::Withdrawn)) => Task::Report(command, Outcome::Withdrawn),
            (Ok(command), Some(Verdict::Abandoned)) => Task::Report(command, Outcome::Abandoned),
        }
    }

    fn is_held(&self, ticket: &Ticket) -> bool {
        self.is_claimed && self.claims == ticket.claim
    }
}
