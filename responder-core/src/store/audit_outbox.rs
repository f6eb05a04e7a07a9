//! What was done, handed out in order to whoever acts on it.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;

use super::{Lease, StoreError, TargetName, WorkerId};
use crate::{
    Timestamp,
    access::{AuditId, Recorded},
};

/// A wish for entries.
#[derive(Clone, Debug)]
pub struct AuditRequest {
    /// For whom.
    pub reader: TargetName,
    /// Who will act on them; for people who look.
    pub worker: WorkerId,
    /// At most so many.
    pub max: u32,
    /// How long they are kept from others.
    pub lease: Lease,
}

/// Entries, to be acted on by whoever claimed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditClaim {
    /// What names the claim.
    pub ticket: AuditTicket,
    /// In the order of their numbers; at least one. One whose stored form can't be read comes as something
    /// [`Unknown`](crate::access::AuditAction::Unknown) that the server did, so that it holds up nobody.
    pub entries: Vec<Recorded>,
    /// How often the first of them was handed out as the first, this time included.
    pub tries: u32,
    /// The store's time of the claim.
    pub now: Timestamp,
}

/// One claim of a reader's entries. No two claims of a reader have the same, so that what a late worker says counts for
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditTicket {
    /// For whom.
    pub reader: TargetName,
    /// Which claim it is.
    pub claim: u64,
}

/// Hands out what was recorded to those who act on it, in order, and remembers how far they have come.
///
/// Nothing is added to what is recorded: the log itself is the outbox. So whatever is recorded with a change, in one
/// transaction, is acted on if and only if the change is there.
///
/// # Contract
/// The checks of the module `testing` (feature `testing`) bear these numbers, after an `o`.
///
/// 1. A reader gets every entry that is recorded after [`follow_audit`](Self::follow_audit), and none from before.
///    Following again changes nothing. Readers do not mix.
/// 2. Entries come in the order of their numbers and none is left out, however many record at once. What was not said
///    to be done comes again.
/// 3. Entries are handed out to one worker until the lease runs out, however many ask. Then they are handed out again,
///    and it is said how often.
/// 4. What a worker says counts until it has released its claim or somebody else has claimed, also after the lease.
///    Said later, it changes nothing.
/// 5. After [`release_audit`](Self::release_audit) what is left comes again after the delay.
/// 6. [`unfollow_audit`](Self::unfollow_audit) forgets the reader, who begins anew when it follows again.
/// 7. What was acknowledged outlasts a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditOutbox: Debug + Send + Sync + 'static {
    /// Lets a reader have every entry from now on. What is being recorded at this very moment may count as before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again.
    async fn follow_audit(&self, reader: &TargetName) -> Result<(), StoreError>;

    /// Forgets a reader. No effect on one that is not known.
    ///
    /// # Errors
    /// As for [`follow_audit`](Self::follow_audit).
    async fn unfollow_audit(&self, reader: &TargetName) -> Result<(), StoreError>;

    /// Takes the next entries; none if there are none, somebody else has them, they are to come later, or the reader is
    /// not known.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Unknown`]: what was claimed, if anything was, comes back when its
    /// lease runs out.
    async fn claim_audit(&self, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError>;

    /// Notes that everything up to `through` is done, and keeps the rest for another lease. Whether that counts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again, or the entries come again.
    async fn keep_audit(&self, ticket: &AuditTicket, through: AuditId, lease: Lease) -> Result<bool, StoreError>;

    /// Ends a claim: everything up to `done` is done, if that is given, and the rest comes again after `delay`. Whether
    /// that counts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again, or the entries come again when the lease runs
    /// out.
    async fn release_audit(
        &self,
        ticket: &AuditTicket,
        done: Option<AuditId>,
        delay: Duration,
    ) -> Result<bool, StoreError>;
}
