//! Opening and committing.

use super::super::{
    Availability, Bind, BranchKey, Card, Claimed, Columns, Commit, CommitId, Committed, EventId, KEY_LIFE, Opened,
    Opening, Receipt, StoreError, StoredEvent, Written,
    codec::{self, CommitTexts, Formats},
};
use super::data::{Asker, CommandRow, Data, Key, Row, Verdict};
use crate::{
    Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId, Outcome},
};

impl Data {
    pub(super) fn open(&mut self, asker: Asker, opening: &Opening) -> Result<Opened, StoreError> {
        let id = opening.commit.emergency();
        if self.emergencies.contains_key(&id) {
            return self.repeated(asker.now, &opening.commit).map(Opened::Created).ok_or(StoreError::Conflict);
        }
        if let Some(refusal) = self.refusal(asker.now, opening) {
            return Ok(refusal);
        }
        let texts = CommitTexts::of(&opening.commit)?;
        let card = codec::encode("card", &Card::of(&opening.commit.state))?;
        self.remember_key(asker.now, opening);
        self.emergencies.insert(
            id,
            Row {
                branch: opening.branch.clone(),
                format: asker.formats.newest(),
                state: String::new(),
                card,
                version: opening.commit.expected,
                columns: Columns::of(&opening.commit.state),
                commits: Vec::new(),
            },
        );
        self.branch_mut(&opening.branch).emergencies.insert(id);
        Ok(Opened::Created(self.write(asker, &opening.branch, &opening.commit, texts)))
    }

    /// Why an opening is not carried out, in the order in which that is decided.
    fn refusal(&self, now: Timestamp, opening: &Opening) -> Option<Opened> {
        let branch = self.branches.get(&opening.branch);
        let named = opening.idempotency.as_ref();
        let known = named.and_then(|named| branch?.keys.get(&named.key)).filter(|key| now < key.at + KEY_LIFE);
        let occupying = branch.map_or(0, |branch| {
            branch.open.iter().filter(|id| self.emergencies.get(id).is_some_and(|row| row.columns.occupies)).count()
        });
        match known {
            Some(key) if named.is_some_and(|named| named.body_hash == key.body_hash) => {
                Some(Opened::Existing(key.emergency))
            }
            Some(_) => Some(Opened::KeyReused),
            None if branch.is_some_and(|branch| branch.availability == Availability::Disabled) => {
                Some(Opened::Disabled)
            }
            None if occupying >= usize::try_from(opening.limit).unwrap_or(usize::MAX) => Some(Opened::Busy),
            None => None,
        }
    }

    fn remember_key(&mut self, now: Timestamp, opening: &Opening) {
        let Some(named) = &opening.idempotency else { return };
        let key = Key { body_hash: named.body_hash, emergency: opening.commit.emergency(), at: now };
        self.branch_mut(&opening.branch).keys.insert(named.key.clone(), key);
    }

    pub(super) fn commit(&mut self, asker: Asker, commit: &Commit) -> Result<Committed, StoreError> {
        let id = commit.emergency();
        let Some(row) = self.emergencies.get(&id) else { return Err(StoreError::NotFound) };
        let is_stale = row.version != commit.expected;
        if let Some(written) = self.repeated(asker.now, commit).filter(|_| is_stale) {
            return Ok(Committed::Written(written));
        }
        if let Some(first) = self.settled_before(commit)? {
            return Ok(Committed::AlreadySettled { first });
        }
        if is_stale {
            return Err(StoreError::Conflict);
        }
        let (branch, texts) = (row.branch.clone(), CommitTexts::of(commit)?);
        Ok(Committed::Written(self.write(asker, &branch, commit, texts)))
    }

    fn settled_before(&self, commit: &Commit) -> Result<Option<Outcome>, StoreError> {
        let Some(settled) = &commit.settles else { return Ok(None) };
        let row = self.commands.get(&settled.command).filter(|_| settled.command.emergency == commit.emergency());
        let text = &row.ok_or(StoreError::NotFound)?.outcome;
        text.as_deref().map(|text| codec::decode("outcome", text)).transpose()
    }

    pub(super) fn receipt(&self, emergency: EmergencyId, commit: CommitId) -> Option<Receipt> {
        let row = self.emergencies.get(&emergency)?;
        row.commits.iter().find(|(id, _)| *id == commit).map(|(_, receipt)| *receipt)
    }

    /// The answer to a commit that took place before.
    fn repeated(&self, now: Timestamp, commit: &Commit) -> Option<Written> {
        let receipt = self.receipt(commit.emergency(), commit.id)?;
        let claimed = commit.claimed_commands().into_iter().filter_map(|command| {
            let lease_until = self.commands.get(&command.id)?.first_lease()?;
            (lease_until > now).then(|| Claimed::first(command.clone(), lease_until))
        });
        Some(Written { receipt, claimed: claimed.collect() })
    }

    /// The writing itself, which can't fail.
    fn write(&mut self, asker: Asker, branch: &BranchKey, commit: &Commit, texts: CommitTexts) -> Written {
        let first_event = self.add_events(asker.now, branch, Some(commit.emergency()), texts.events);
        let receipt = Receipt { version: commit.expected.next(), first_event };
        self.replace_state(branch, commit, (asker.formats, texts.state), receipt);
        self.add_commands(asker.now, branch, texts.commands);
        if let Some((command, outcome)) = texts.outcome {
            self.settle(branch, command, outcome);
        }
        for command in &commit.withdraw {
            self.withdraw(asker.now, branch, *command);
        }
        self.bind(branch, commit);
        Written { receipt, claimed: self.claim_own(asker.now, commit) }
    }

    fn claim_own(&mut self, now: Timestamp, commit: &Commit) -> Vec<Claimed> {
        let Some(claims) = &commit.claims else { return Vec::new() };
        let lease_until = now + claims.lease.span();
        let ids = claims.of(&commit.commands).into_iter().map(|command| command.id);
        ids.filter_map(|id| Some(self.commands.get_mut(&id)?.claim(id, lease_until))).collect()
    }

    pub(super) fn add_events(
        &mut self,
        at: Timestamp,
        branch: &BranchKey,
        emergency: Option<EmergencyId>,
        texts: Vec<String>,
    ) -> Option<EventId> {
        let events = &mut self.branch_mut(branch).events;
        let first = EventId::from_u64(events.len() as u64 + 1);
        let has_some = !texts.is_empty();
        let stored = (0..).zip(texts).map(|(n, json)| StoredEvent { id: first.plus(n), emergency, at, json });
        events.extend(stored);
        has_some.then_some(first)
    }

    fn replace_state(&mut self, branch: &BranchKey, commit: &Commit, state: (Formats, String), receipt: Receipt) {
        let (formats, state) = state;
        let (id, columns) = (commit.emergency(), Columns::of(&commit.state));
        if let Some(row) = self.emergencies.get_mut(&id) {
            row.format = formats.newest();
            row.state = state;
            row.version = receipt.version;
            row.columns = columns;
            row.commits.push((commit.id, receipt));
        }
        let open = &mut self.branch_mut(branch).open;
        match columns.concluded_at {
            Some(_) => open.remove(&id),
            None => open.insert(id),
        };
    }

    fn add_commands(&mut self, now: Timestamp, branch: &BranchKey, commands: Vec<(CommandId, CommandKind, String)>) {
        for (id, kind, text) in commands {
            let row = CommandRow {
                kind,
                text,
                due: now,
                visible_at: now,
                claims: 0,
                lost: 0,
                is_claimed: false,
                verdict: None,
                outcome: None,
            };
            self.branch_mut(branch).queue.insert(row.place(id));
            self.commands.insert(id, row);
        }
    }

    fn settle(&mut self, branch: &BranchKey, id: CommandId, outcome: String) {
        let Some(row) = self.commands.get_mut(&id) else { return };
        row.outcome = Some(outcome);
        row.is_claimed = false;
        let place = row.place(id);
        self.branch_mut(branch).queue.remove(&place);
    }

    fn withdraw(&mut self, now: Timestamp, branch: &BranchKey, id: CommandId) {
        let Some(row) = self.commands.get_mut(&id) else { return };
        let is_untouched = !row.is_claimed && row.lost == 0 && row.outcome.is_none() && row.verdict.is_none();
        if !is_untouched {
            return;
        }
        let before = row.place(id);
        row.verdict = Some(Verdict::Withdrawn);
        row.due = now;
        row.visible_at = now;
        let after = row.place(id);
        let queue = &mut self.branch_mut(branch).queue;
        queue.remove(&before);
        queue.insert(after);
    }

    fn bind(&mut self, branch: &BranchKey, commit: &Commit) {
        let id = commit.emergency();
        let branch = self.branch_mut(branch);
        for bind in &commit.binds {
            match bind {
                Bind::Call(call, line) => {
                    branch.calls.entry(call.clone()).or_insert((id, *line));
                }
                Bind::Message(message) => {
                    branch.messages.entry(message.clone()).or_insert(id);
                }
            }
        }
    }
}
