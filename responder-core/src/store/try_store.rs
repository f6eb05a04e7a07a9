//! Where tries to log in are counted.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::{
    Timestamp,
    access::{Tries, TrySubject},
};

/// What becomes of the tries of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryChange {
    /// Of which.
    pub subject: TrySubject,
    /// What was read.
    pub seen: Option<Tries>,
    /// What is to be there instead; none to forget it.
    pub now: Option<Tries>,
}

/// Tries to log in, which all nodes count together and which outlast a restart. What they mean, a
/// [`Throttle`](crate::access::Throttle) decides.
///
/// # Contract
/// 1. What was written last is read, with the time of the store, in the order in which it was asked for.
/// 2. Changes are written together if each subject is still as it was seen, else none is: of many that saw the same,
///    one is written.
/// 3. At most [`MOST_SUBJECTS`] are kept. Where others are to be added, those go before whose [life](Tries::LIFE) is
///    over; if that is not enough, those with no more than the [free](Tries::FREE) tries, and then all: whoever fills
///    the table with made-up names must not wash out what slows them down, as long as that can be avoided.
/// 4. What was written outlasts a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TryStore: Debug + Send + Sync + 'static {
    /// The store's time, and what is known of these subjects.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn tries(&self, subjects: &[TrySubject]) -> Result<(Timestamp, Vec<Option<Tries>>), StoreError>;

    /// Writes changes, each of another subject. False if one of them has changed since it was read: nothing was written
    /// then.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; after [`StoreError::Unknown`] they may have been written.
    async fn change_tries(&self, changes: &[TryChange]) -> Result<bool, StoreError>;
}

/// The most subjects whose tries are kept.
pub const MOST_SUBJECTS: u32 = 10_000;
