//! What is written, in its stored form: made before anybody waits for a transaction, which does nothing else meanwhile.

use responder_core::{
    emergency::{Command, CommandId, CommandKind, Event},
    store::{Bind, Card, Columns, Commit, CommitId, Lease, Opening, StoreError, codec, codec::Formats},
};

use crate::value::version_column;

/// A commit.
pub(crate) struct StoredCommit {
    pub(crate) emergency: String,
    pub(crate) id: CommitId,
    /// The version that it makes.
    pub(crate) version: i64,
    pub(crate) format: u16,
    pub(crate) state: String,
    pub(crate) columns: Columns,
    pub(crate) events: Option<StoredEvents>,
    pub(crate) commands: Vec<StoredCommand>,
    /// The number of the command that is settled, and its outcome.
    pub(crate) outcome: Option<(u32, String)>,
    /// The numbers of the emergency's own commands that are withdrawn.
    pub(crate) withdraw: Vec<u32>,
    pub(crate) binds: Vec<StoredBind>,
    pub(crate) claims: Option<StoredClaims>,
}

/// One event or more.
pub(crate) struct StoredEvents {
    /// A JSON array of all.
    pub(crate) texts: String,
    pub(crate) count: i64,
}

/// Own commands that are claimed.
pub(crate) struct StoredClaims {
    pub(crate) worker: String,
    pub(crate) lease: Lease,
    /// In the order of claims.
    pub(crate) commands: Vec<Command>,
}

/// A new command.
pub(crate) struct StoredCommand {
    pub(crate) number: u32,
    pub(crate) kind: CommandKind,
    pub(crate) action: String,
}

/// A provider id.
pub(crate) enum StoredBind {
    Call { call: String, line: String },
    Message(String),
}

/// An opening.
pub(crate) struct StoredOpening {
    pub(crate) branch: String,
    pub(crate) limit: u32,
    /// The key, and the hash of the report.
    pub(crate) key: Option<(String, [u8; 32])>,
    pub(crate) card: String,
    pub(crate) commit: StoredCommit,
}

impl StoredCommit {
    pub(crate) fn of(commit: &Commit, formats: Formats) -> Result<Self, StoreError> {
        let emergency = commit.emergency();
        let is_own = |command: &CommandId| command.emergency == emergency;
        let settles = commit.settles.as_ref();
        if settles.is_some_and(|settled| !is_own(&settled.command)) {
            return Err(StoreError::NotFound);
        }
        let outcome = settles.map(|settled| Ok((settled.command.number, codec::encode("outcome", &settled.outcome)?)));
        let commands = commit.commands.iter().map(|command| {
            let action = codec::encode("command", &command.action)?;
            Ok(StoredCommand { number: command.id.number, kind: command.action.kind(), action })
        });
        Ok(Self {
            emergency: emergency.to_string(),
            id: commit.id,
            version: version_column(commit.expected.next()),
            format: formats.newest(),
            state: codec::encode("state", &commit.state)?,
            columns: Columns::of(&commit.state),
            events: StoredEvents::of(&commit.events)?,
            commands: commands.collect::<Result<_, StoreError>>()?,
            outcome: outcome.transpose()?,
            withdraw: commit.withdraw.iter().filter(|command| is_own(command)).map(|command| command.number).collect(),
            binds: commit.binds.iter().map(StoredBind::of).collect::<Result<_, _>>()?,
            claims: commit.claims.as_ref().map(|claims| StoredClaims {
                worker: claims.worker.as_str().to_owned(),
                lease: claims.lease,
                commands: claims.of(&commit.commands).into_iter().cloned().collect(),
            }),
        })
    }
}

impl StoredEvents {
    /// None if there are none.
    pub(crate) fn of(events: &[Event]) -> Result<Option<Self>, StoreError> {
        if events.is_empty() {
            return Ok(None);
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        Ok(Some(Self { texts: codec::encode("event", &events)?, count }))
    }
}

impl StoredClaims {
    pub(crate) fn has(&self, number: u32) -> bool {
        self.commands.iter().any(|command| command.id.number == number)
    }
}

impl StoredBind {
    fn of(bind: &Bind) -> Result<Self, StoreError> {
        Ok(match bind {
            Bind::Call(call, line) => Self::Call { call: call.to_string(), line: codec::encode("line", line)? },
            Bind::Message(message) => Self::Message(message.to_string()),
        })
    }
}

impl StoredOpening {
    pub(crate) fn of(opening: &Opening, formats: Formats) -> Result<Self, StoreError> {
        let key = opening.idempotency.as_ref().map(|named| (named.key.to_string(), named.body_hash));
        Ok(Self {
            branch: opening.branch.as_str().to_owned(),
            limit: opening.limit,
            key,
            card: codec::encode("card", &Card::of(&opening.commit.state))?,
            commit: StoredCommit::of(&opening.commit, formats)?,
        })
    }
}
