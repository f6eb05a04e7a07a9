//! What is read back, in its stored form.

use responder_core::{
    Timestamp,
    emergency::{Command, CommandId, CommandKind, EmergencyId, Outcome},
    store::{BranchKey, Claimed, EventId, Loaded, StoreError, StoredEvent, Task, Ticket, codec},
};
use serde_json::value::RawValue;

use crate::{
    error::{Malformed, corrupt},
    value::{Asker, event_id, named, narrow, version},
};

/// An emergency.
pub(crate) struct StateRow {
    pub(crate) id: String,
    pub(crate) branch: String,
    pub(crate) format: i64,
    pub(crate) state: String,
    pub(crate) version: i64,
}

impl StateRow {
    pub(crate) fn load(self, asker: Asker) -> Result<Loaded, StoreError> {
        let (branch, format) = (named::<BranchKey>("branch", &self.branch)?, narrow("state", self.format)?);
        Loaded::decode(asker.formats, branch, format, &self.state, version(self.version)?, asker.now)
    }
}

/// A command, just claimed.
pub(crate) struct ClaimedRow {
    pub(crate) kind: String,
    pub(crate) action: String,
    pub(crate) claims: i64,
    pub(crate) lost: i64,
    pub(crate) verdict: Option<String>,
}

impl ClaimedRow {
    pub(crate) fn claimed(
        self,
        emergency: EmergencyId,
        number: u32,
        lease_until: Timestamp,
    ) -> Result<Claimed, StoreError> {
        let id = CommandId { emergency, number };
        let kind = CommandKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        Ok(Claimed {
            ticket: Ticket { command: id, claim: narrow("claim", self.claims)? },
            kind: kind.ok_or_else(|| corrupt("command kind", Malformed))?,
            task: self.task(id),
            lease_until,
            may_have_run: self.lost > 0,
        })
    }

    fn task(&self, id: CommandId) -> Task {
        let Ok(action) = codec::decode("command", &self.action) else { return Task::Unreadable };
        let command = Command { id, action };
        match self.verdict.as_deref() {
            None => Task::Run(command),
            Some("withdrawn") => Task::Report(command, Outcome::Withdrawn),
            Some(_) => Task::Report(command, Outcome::Abandoned),
        }
    }
}

/// Events that were stored together.
pub(crate) struct EventsRow {
    pub(crate) first: i64,
    /// None for what happened outside of any.
    pub(crate) emergency: Option<String>,
    pub(crate) at: i64,
    pub(crate) events: String,
}

impl EventsRow {
    /// Those after `after`, with their ids, and with their texts to the byte.
    pub(crate) fn after(self, after: EventId) -> Result<Vec<StoredEvent>, StoreError> {
        let first = event_id(self.first)?;
        let emergency = self.emergency.map(|id| named("emergency id", &id)).transpose()?;
        let at = Timestamp::from_micros(self.at);
        // The library's message could quote the text.
        let texts: Vec<&RawValue> = serde_json::from_str(&self.events).map_err(|_| corrupt("event", Malformed))?;
        let event =
            |(n, text): (u64, &RawValue)| StoredEvent { id: first.plus(n), emergency, at, json: text.get().to_owned() };
        Ok((0..).zip(texts).map(event).filter(|event| event.id > after).collect())
    }
}
