//! What is kept.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::super::{
    Availability, BranchKey, Columns, CommitId, LEFT_TO_NEWER, Receipt, StoredEvent, TargetName, Version,
    codec::Formats,
};
use super::deliveries::Target;
use crate::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId, Line},
};

/// Who asks: the time, and which states they know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub(super) now: Timestamp,
    pub(super) formats: Formats,
}

#[derive(Debug, Default)]
pub(super) struct Data {
    pub(super) branches: HashMap<BranchKey, Branch>,
    pub(super) emergencies: BTreeMap<EmergencyId, Row>,
    pub(super) commands: BTreeMap<CommandId, CommandRow>,
    pub(super) admin: super::admin::Admin,
}

/// A branch, and the indexes that are its own.
#[derive(Debug, Default)]
pub(super) struct Branch {
    pub(super) availability: Availability,
    pub(super) keys: HashMap<Arc<str>, Key>,
    /// The event with id n is at n - 1.
    pub(super) events: Vec<StoredEvent>,
    pub(super) calls: HashMap<CallSid, (EmergencyId, Line)>,
    pub(super) messages: HashMap<MessageSid, EmergencyId>,
    pub(super) targets: BTreeMap<TargetName, Target>,
    pub(super) emergencies: BTreeSet<EmergencyId>,
    /// Those not concluded.
    pub(super) open: BTreeSet<EmergencyId>,
    /// Commands that are not settled, in the order in which they are handed out.
    pub(super) queue: BTreeSet<Place>,
}

/// The place of a command in the queue.
pub(super) type Place = (u8, Timestamp, CommandId);

#[derive(Debug)]
pub(super) struct Key {
    pub(super) body_hash: [u8; 32],
    pub(super) emergency: EmergencyId,
    pub(super) at: Timestamp,
}

/// An emergency.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) branch: BranchKey,
    pub(super) format: u16,
    pub(super) state: String,
    pub(super) card: String,
    pub(super) version: Version,
    pub(super) columns: Columns,
    pub(super) commits: Vec<(CommitId, Receipt)>,
}

/// A command.
#[derive(Debug)]
pub(super) struct CommandRow {
    pub(super) kind: CommandKind,
    pub(super) text: String,
    pub(super) due: Timestamp,
    /// When it can be claimed: when it is due, or when its lease runs out.
    pub(super) visible_at: Timestamp,
    pub(super) claims: u32,
    /// Claims that ended without a word.
    pub(super) lost: u32,
    /// Whether the latest claim is still to be answered.
    pub(super) is_claimed: bool,
    /// An outcome that the machine has not heard of.
    pub(super) verdict: Option<Verdict>,
    /// The outcome, as stored, once settled.
    pub(super) outcome: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Withdrawn,
    Abandoned,
}

impl Data {
    pub(super) fn branch_mut(&mut self, key: &BranchKey) -> &mut Branch {
        self.branches.entry(key.clone()).or_default()
    }
}

impl Row {
    pub(super) fn is_newer_than(&self, formats: Formats) -> bool {
        self.format > formats.newest()
    }

    /// When who knows these formats is to look at it.
    pub(super) fn deadline_for(&self, formats: Formats) -> Option<Timestamp> {
        let deadline = self.columns.next_deadline?;
        Some(if self.is_newer_than(formats) { deadline + LEFT_TO_NEWER } else { deadline })
    }
}

impl CommandRow {
    pub(super) const fn place(&self, id: CommandId) -> Place {
        (self.kind.priority(), self.due, id)
    }
}
