//! Deadlines and commands.

use super::super::{
    BranchKey, ClaimRequest, Claimed, Due, Lease, MOST_LOST_CLAIMS, StoreError, Task, Ticket, codec, codec::Formats,
};
use super::data::{Asker, CommandRow, Data, Place, Row, Verdict};
use crate::{
    Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId, Outcome},
};

impl Data {
    pub(super) fn due(&self, asker: Asker, branch: &BranchKey, max: u32) -> Vec<Due> {
        let is_due = |row: &&Row| row.deadline_for(asker.formats).is_some_and(|deadline| deadline <= asker.now);
        let open = self.open_rows(branch).filter(|(_, row)| is_due(row));
        let mut due: Vec<_> = open.filter_map(|(id, row)| Some((row.columns.next_deadline?, id))).collect();
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

    pub(super) fn claim(&mut self, asker: Asker, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let Some(branch) = self.branches.get(&request.branch) else { return Ok(Vec::new()) };
        let is_wanted = |(_, _, id): &&Place| {
            let row = self.commands.get(id);
            row.is_some_and(|row| row.visible_at <= asker.now && request.kinds.contains(&row.kind))
                && !self.is_left_to_newer(asker.formats, *id)
        };
        let max = usize::try_from(request.max).unwrap_or(usize::MAX);
        let ids: Vec<_> = branch.queue.iter().filter(is_wanted).take(max).map(|(_, _, id)| *id).collect();
        let lease_until = asker.now + request.lease.span();
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

    pub(super) fn next_wake(&self, asker: Asker, branch: &BranchKey, kinds: &[CommandKind]) -> Option<Timestamp> {
        let deadlines = self.open_rows(branch).filter_map(|(_, row)| row.deadline_for(asker.formats));
        let commands = self
            .waiting(branch)
            .filter(|(id, row)| kinds.contains(&row.kind) && !self.is_left_to_newer(asker.formats, *id));
        deadlines.chain(commands.map(|(_, row)| row.visible_at)).min()
    }

    /// What anybody at all is to do next.
    pub(super) fn oldest(&self, branch: &BranchKey) -> Option<Timestamp> {
        let deadlines = self.open_rows(branch).filter_map(|(_, row)| row.columns.next_deadline);
        deadlines.chain(self.waiting(branch).map(|(_, row)| row.visible_at)).min()
    }

    /// The branch's commands that are not settled.
    fn waiting(&self, branch: &BranchKey) -> impl Iterator<Item = (CommandId, &CommandRow)> {
        let queue = self.branches.get(branch).into_iter().flat_map(|branch| &branch.queue);
        queue.filter_map(|(_, _, id)| Some((*id, self.commands.get(id)?)))
    }

    /// The branch's emergencies that are not concluded.
    fn open_rows(&self, branch: &BranchKey) -> impl Iterator<Item = (EmergencyId, &Row)> {
        let open = self.branches.get(branch).into_iter().flat_map(|branch| &branch.open);
        open.filter_map(|id| Some((*id, self.emergencies.get(id)?)))
    }

    fn is_left_to_newer(&self, formats: Formats, command: CommandId) -> bool {
        self.emergencies.get(&command.emergency).is_some_and(|row| row.is_newer_than(formats))
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
