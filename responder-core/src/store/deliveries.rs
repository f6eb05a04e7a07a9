//! Events on their way to somebody else's service.

use std::{
    fmt::{self, Debug},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;

use super::{BranchKey, EventId, Lease, NameError, StoreError, StoredEvent, WorkerId};
use crate::{Timestamp, emergency::EmergencyId};

/// The name of somebody who gets the events of a branch, or acts on what an admin server records: 1 to 32 characters of
/// `a`-`z`, `0`-`9`, `_` and `-`. Where they are is not stored, so that what waits for them goes to where they have
/// moved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetName(Arc<str>);

/// A wish for deliveries.
#[derive(Clone, Debug)]
pub struct DeliveryRequest {
    /// Of which branch.
    pub branch: BranchKey,
    /// The target that the events go to.
    pub target: TargetName,
    /// Who will deliver them; for people who look.
    pub worker: WorkerId,
    /// How many at most: each is of another lane.
    pub max: u32,
    /// How long they are kept from others.
    pub lease: Lease,
}

/// A message, to be delivered by whoever claimed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What names the claim.
    pub ticket: DeliveryTicket,
    /// What is to be delivered.
    pub message: Message,
    /// How often it was handed out since the last one of its lane was delivered, this time included.
    pub tries: u32,
    /// The store's time of the claim.
    pub now: Timestamp,
}

/// One claim of a lane. No two claims of a target have the same, so that what a late worker says counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryTicket {
    /// Of which branch.
    pub branch: BranchKey,
    /// The target that the events go to.
    pub target: TargetName,
    /// The lane: an emergency, or what happened outside of any.
    pub lane: Option<EmergencyId>,
    /// Which claim of this target it is.
    pub claim: u64,
}

/// What is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// An event. One whose stored form can't be read is called [`UNREADABLE`].
    Event(StoredEvent),
    /// That events are missing here.
    Gap(Gap),
}

/// Events of one lane that were not delivered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Whose events are missing; none for those of no emergency.
    pub emergency: Option<EmergencyId>,
    /// The id of the first.
    pub first: EventId,
    /// The id of the last. Ids in between may be those of other lanes.
    pub last: EventId,
    /// How many events are missing.
    pub count: u64,
    /// When the last of them was given up.
    pub since: Timestamp,
}

/// What became of a delivery that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// It comes again.
    Later {
        /// Events that were given up now.
        skipped: u64,
    },
    /// There was only a gap left to tell of, and that was given up, too. The lane is over.
    GivenUp(Gap),
    /// Somebody else has the lane by now. Nothing was written.
    NotOurs,
}

/// Hands events out to those who deliver them, in order for each emergency, and remembers how far they have come.
///
/// Nothing is added to what a commit writes: deliveries are found in the log of events.
///
/// # Contract
/// The checks of the module `testing` (feature `testing`) bear these numbers, after a `d`.
///
/// 1. A target gets every event of the branch that is stored after [`subscribe`](Self::subscribe), and none from
///    before. Subscribing again changes nothing. Targets and branches do not mix.
/// 2. A lane is an emergency, or everything outside of any. Its events come one by one, in the order of their ids: the
///    next one only after [`delivered`](Self::delivered) or after the one before was given up.
/// 3. Lanes do not wait for each other; the one that waits longest comes first.
/// 4. A message is handed out to one worker until the lease runs out, however many ask. Then it is handed out again,
///    and says how often.
/// 5. What a worker says counts while nobody else has claimed the lane, also after the lease. Said twice, or later, it
///    changes nothing.
/// 6. After [`failed`](Self::failed) the message comes again after the delay. Events that are older than was said are
///    given up, oldest first: the lane goes on with one [`Gap`] for all of them, and then with what follows. A gap that
///    is itself older, and that nothing follows, is given up and ends the lane.
/// 7. [`next_delivery`](Self::next_delivery) tells how long there is nothing to do.
/// 8. [`unsubscribe`](Self::unsubscribe) forgets the target, and what waited for it.
/// 9. What was acknowledged outlasts a crash, so that nothing is lost and only what was under way comes again.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DeliveryStore: Debug + Send + Sync + 'static {
    /// Lets a target have every event from now on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again.
    async fn subscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError>;

    /// Forgets a target. No effect on one that is not known.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    async fn unsubscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError>;

    /// Takes messages to deliver, each of another lane; none for a target that is not subscribed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Unknown`]: what was claimed, if anything was, comes back when its
    /// lease runs out.
    async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError>;

    /// Ends a delivery that has arrived, and claims the next one of the lane, if there is one already.
    ///
    /// # Errors
    /// As for [`claim_deliveries`](Self::claim_deliveries).
    async fn delivered(&self, ticket: &DeliveryTicket, lease: Lease) -> Result<Option<Delivery>, StoreError>;

    /// Ends a delivery that has not arrived: it comes again after `delay`. What is of `give_up` or earlier is given up.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: it comes again when its lease runs out.
    async fn failed(
        &self,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Result<AfterFailure, StoreError>;

    /// How long there is nothing to deliver, as far as is known now: zero if something is due, none if nothing waits.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn next_delivery(&self, branch: &BranchKey, target: &TargetName) -> Result<Option<Duration>, StoreError>;
}

/// The text of an event whose stored form can't be read: it must not hold up those behind it.
pub const UNREADABLE: &str = r#"{"event":"unreadable","data":{}}"#;

impl TargetName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TargetName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(is_allowed);
        if fits { Ok(Self(text.into())) } else { Err(NameError::Target) }
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Debug for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Delivery {
    /// How long ago it happened, by the store's clock; for a gap, since its last event was given up.
    pub fn age(&self) -> Duration {
        self.now.since(match &self.message {
            Message::Event(event) => event.at,
            Message::Gap(gap) => gap.since,
        })
    }
}
