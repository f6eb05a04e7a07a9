//! What a check finds.

use std::{fmt, future::Future, pin::Pin};

use super::Lab;
use crate::store::StoreError;

/// The result of a check.
pub type Finding = Result<Passed, Violation>;

/// That nothing was found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Everything was checked.
    Checked,
    /// Nothing was, for this reason.
    Skipped(&'static str),
}

/// How a store broke the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub(super) String);

/// One check of the suite.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name: `c04_…` checks number 4 of [`EmergencyStore`](crate::store::EmergencyStore)'s contract, `b01_…` number
    /// 1 of [`BranchControl`](crate::store::BranchControl)'s, `d` those of
    /// [`DeliveryStore`](crate::store::DeliveryStore), `s` of
    /// [`SettingsStore`](crate::store::SettingsStore), `u` of [`UserStore`](crate::store::UserStore), `n` of
    /// [`SessionStore`](crate::store::SessionStore), `a` of [`AuditLog`](crate::store::AuditLog), `o` of
    /// [`AuditOutbox`](crate::store::AuditOutbox), `t` of [`TryStore`](crate::store::TryStore).
    pub name: &'static str,
    /// Runs it.
    pub run: Run,
}

/// How a check is run: with a lab of its own.
pub type Run = for<'a> fn(&'a mut dyn Lab) -> Pin<Box<dyn Future<Output = Finding> + Send + 'a>>;

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(format!("the store failed: {error:?}"))
    }
}

/// Ends the check unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err($crate::store::testing::Violation(format!($($message)+)));
        }
    };
}

/// Ends the check unless both are equal.
macro_rules! ensure_eq {
    ($found:expr, $expected:expr, $what:literal) => {
        match (&$found, &$expected) {
            (found, expected) if found == expected => {}
            (found, expected) => {
                let message = format!(concat!($what, ": found {:?}, expected {:?}"), found, expected);
                return Err($crate::store::testing::Violation(message));
            }
        }
    };
}

pub(super) use {ensure, ensure_eq};
