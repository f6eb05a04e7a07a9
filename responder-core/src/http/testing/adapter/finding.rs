//! What a check finds.

use std::{fmt, fmt::Debug, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::Adapter;

/// The result of a check.
pub type Finding = Result<(), Violation>;

/// What an adapter got wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub(super) String);

/// One check of the suite.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name: what holds.
    pub name: &'static str,
    /// Runs it.
    pub run: Run,
}

/// How a check is run.
pub type Run = fn(Arc<dyn Adapter>) -> Pin<Box<dyn Future<Output = Finding> + Send>>;

/// Fails unless both are equal.
pub(super) fn same<T: PartialEq + Debug>(found: &T, expected: &T, what: &str) -> Finding {
    if found == expected {
        return Ok(());
    }
    Err(Violation(format!("{what}\nfound    {found:?}\nexpected {expected:?}")))
}

pub(super) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Finding {
    if holds { Ok(()) } else { Err(Violation(what())) }
}

/// Waits no longer than anything on this machine may take, so that what never comes fails its check.
pub(super) async fn soon<T>(future: impl Future<Output = T>, what: &str) -> Result<T, Violation> {
    tokio::time::timeout(PATIENCE, future).await.map_err(|_| Violation(format!("waited in vain: {what}")))
}

impl Violation {
    pub(super) fn at(self, place: &str) -> Self {
        Self(format!("{place}: {self}"))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
