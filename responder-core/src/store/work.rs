//! What waits to be done.

use std::{fmt, time::Duration};

use super::{BranchKey, WorkerId};
use crate::{
    Timestamp,
    emergency::{Command, CommandId, CommandKind, EmergencyId, Outcome},
};

/// After so many claims that ended without a word a command is given up.
pub const MOST_LOST_CLAIMS: u32 = 5;

/// How long after its deadline an emergency of a newer format is left to newer builds. Then it is everybody's: most
/// likely a deploy was rolled back, and people have to be told.
pub const LEFT_TO_NEWER: Duration = Duration::from_secs(60);

/// An emergency whose deadline has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The id of the emergency.
    pub id: EmergencyId,
    /// The deadline, on the store's clock.
    pub deadline: Timestamp,
}

/// A wish for commands to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The branch whose commands are claimed.
    pub branch: BranchKey,
    /// The worker who will have the claim.
    pub worker: WorkerId,
    /// Which kinds; those that this build knows are [`CommandKind::ALL`]. Others stay for a build that knows them.
    pub kinds: Vec<CommandKind>,
    /// At most so many.
    pub max: u32,
    /// For how long.
    pub lease: Lease,
}

/// A wish for commands of a commit, claimed in the very transaction that writes it: whoever commits can carry the most
/// urgent of them out at once, and spares the store a second write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnClaims {
    /// The worker who will have the claim.
    pub worker: WorkerId,
    /// The kinds of commands that are wanted.
    pub kinds: Vec<CommandKind>,
    /// At most so many.
    pub max: u32,
    /// For how long.
    pub lease: Lease,
}

/// How long a claimed command is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease(Duration);

/// A command that was claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Proof of the claim.
    pub ticket: Ticket,
    /// Its kind.
    pub kind: CommandKind,
    /// What is to be done with it.
    pub task: Task,
    /// Until when it is kept from others, on the store's clock.
    pub lease_until: Timestamp,
    /// Whether an earlier claim ended without a word: it may have been carried out already. A call is not placed again
    /// then, but reported as [`Outcome::Unknown`].
    pub may_have_run: bool,
}

/// Proof of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// The id of the command.
    pub command: CommandId,
    /// Which claim of it, counted from 1.
    pub claim: u32,
}

/// What is to be done with a claimed command. All three end with a commit that settles it.
#[derive(Clone, PartialEq, Eq)]
pub enum Task {
    /// Carry it out.
    Run(Command),
    /// Don't; it is over, and the machine has not heard of it yet.
    Report(Command, Outcome),
    /// It can't be read by this build: see [`Commit::abandoning`](super::Commit::abandoning).
    Unreadable,
}

impl Lease {
    /// For commands that are given up after `deadline`: twice that, so that a lease never runs out under a worker who
    /// keeps to it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use responder_core::store::Lease;
    ///
    /// assert_eq!(Lease::for_deadline(Duration::from_secs(10)).span(), Duration::from_secs(20));
    /// ```
    pub const fn for_deadline(deadline: Duration) -> Self {
        Self(deadline.saturating_mul(2))
    }

    /// How long it lasts.
    pub const fn span(self) -> Duration {
        self.0
    }
}

impl OwnClaims {
    /// Those of `commands` that are claimed, in the order of claims: by priority, then by id.
    pub fn of<'a>(&self, commands: &'a [Command]) -> Vec<&'a Command> {
        let is_wanted = |command: &&Command| self.kinds.contains(&command.action.kind());
        let mut wanted: Vec<_> = commands.iter().filter(is_wanted).collect();
        wanted.sort_by_key(|command| (command.action.kind().priority(), command.id));
        wanted.truncate(usize::try_from(self.max).unwrap_or(usize::MAX));
        wanted
    }
}

impl Claimed {
    /// The first claim of a command that was claimed with the commit that gave it.
    pub fn first(command: Command, lease_until: Timestamp) -> Self {
        Self {
            ticket: Ticket { command: command.id, claim: 1 },
            kind: command.action.kind(),
            task: Task::Run(command),
            lease_until,
            may_have_run: false,
        }
    }

    /// The id of the command.
    pub const fn id(&self) -> CommandId {
        self.ticket.command
    }
}

/// Without what the command says to whom.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("ticket", &self.ticket)
            .field("kind", &self.kind)
            .field("task", &self.task)
            .field("lease_until", &self.lease_until)
            .field("may_have_run", &self.may_have_run)
            .finish()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Run(_) => "Run",
            Self::Report(..) => "Report",
            Self::Unreadable => "Unreadable",
        })
    }
}
