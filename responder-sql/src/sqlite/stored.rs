//! What is written, in its stored form: made before the work goes to the thread that writes, which does nothing else
//! meanwhile.

use responder_core::{
    emergency::{Command, CommandId, CommandKind, Event},
    store::{Bind, Card, Columns, Commit, CommitId, Lease, Opening, StoreError, codec},
};

/// A commit.
pub(super) struct StoredCommit {
    pub(super) emergency: String,
    pub(super) id: CommitId,
    /// The version that it makes.
    pub(super) version: i64,
    pub(super) state: String,
    pub(super) columns: Columns,
    pub(super) events: Option<StoredEvents>,
    pub(super) commands: Vec<StoredCommand>,
    /// The number of the command that is settled, and its outcome.
    pub(super) outcome: Option<(u32, String)>,
    /// The numbers of the emergency's own commands that are withdrawn.
    pub(super) withdraw: Vec<u32>,
    pub(super) binds: Vec<StoredBind>,
    pub(super) claims: Option<StoredClaims>,
}

/// One event or more.
pub(super) struct StoredEvents {
    /// A JSON array of all.
    pub(super) texts: String,
    pub(super) count: i64,
}

/// Own commands that are claimed.
pub(super) struct StoredClaims {
    pub(super) worker: String,
    pub(super) lease: Lease,
    /// In the order of claims.
    pub(super) commands: Vec<Command>,
}

/// A new command.
pub(super) struct StoredCommand {
    pub(super) number: u32,
    pub(super) kind: CommandKind,
    pub(super) action: String,
}

/// A provider id.
pub(super) enum StoredBind {
    Call { call: String, line: String },
    Message(String),
}

/// An opening.
pub(super) struct StoredOpening {
    pub(super) branch: String,
    pub(super) limit: u32,
    /// The key, and the hash of the report.
    pub(super) key: Option<(String, [u8; 32])>,
    pub(super) card: String,
    pub(super) commit: StoredCommit,
}

impl StoredCommit {
    pub(super) fn of(commit: &Commit) -> Result<Self, StoreError> {
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
            version: super::value::version_column(commit.expected.next()),
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
    pub(super) fn of(events: &[Event]) -> Result<Option<Self>, StoreError> {
        if events.is_empty() {
            return Ok(None);
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        Ok(Some(Self { texts: codec::encode("event", &events)?, count }))
    }
}

impl StoredClaims {
    pub(super) fn has(&self, number: u32) -> bool {
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
    pub(super) fn of(opening: &Opening) -> Result<Self, StoreError> {
        let key = opening.idempotency.as_ref().map(|named| (named.key.to_string(), named.body_hash));
        Ok(Self {
            branch: opening.branch.as_str().to_owned(),
            limit: opening.limit,
            key,
            card: codec::encode("card", &Card::of(&opening.commit.state))?,
            commit: StoredCommit::of(&opening.commit)?,
        })
    }
}
