//! Places where a test can have the process killed, as a power cut would. Only with the feature `failpoints`; without
//! it nothing of this is left.

/// One such place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// An input was handled, and nothing of it is stored.
    BeforeCommit,
    /// It is stored, and nobody knows.
    AfterCommit,
    /// A command was claimed, and the provider has not been asked.
    BeforeRequest,
    /// The provider has answered, and nobody has looked at the answer.
    AfterRequest,
    /// The outcome is known, and not stored.
    BeforeOutcome,
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn at(_: Point) {}

/// Kills the process if this is the place, and the pass, that `RESPONDER_KILL_AT` names: `after_commit:3` is the third
/// time that a commit has returned.
#[cfg(feature = "failpoints")]
pub(crate) fn at(point: Point) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    static WANTED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let wanted = std::env::var("RESPONDER_KILL_AT").ok()?;
        let (name, pass) = wanted.split_once(':')?;
        Some((name.to_owned(), pass.parse().ok()?))
    });
    static PASSES: AtomicU32 = AtomicU32::new(0);

    let is_wanted = |wanted: &&(String, u32)| wanted.0 == point.name();
    if let Some((_, pass)) = WANTED.as_ref().filter(is_wanted)
        && PASSES.fetch_add(1, Ordering::SeqCst) + 1 == *pass
    {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

#[cfg(feature = "failpoints")]
impl Point {
    const fn name(self) -> &'static str {
        match self {
            Self::BeforeCommit => "before_commit",
            Self::AfterCommit => "after_commit",
            Self::BeforeRequest => "before_request",
            Self::AfterRequest => "after_request",
            Self::BeforeOutcome => "before_outcome",
        }
    }
}
