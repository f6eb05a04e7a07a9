//! Two versions at work on one store, as while a new one is deployed node by node.
//!
//! The older version is this build. The newer one is this build, too, but writes a format that the older one does not
//! know, or carries out commands that the older one knows nothing of. What an actual release and this build make of
//! each other is shown by `tests/processes`; see `tests/README.md`.

#[path = "../common/mod.rs"]
mod common;
mod lab;

use std::time::Duration;

use common::patience::{SOON, within};
use lab::{Lab, OFFICE, TECHNICIAN, Version};
use responder::{emergency::CommandKind, store::StoreError};

/// Makes the tests for one kind of store: an expression that opens one, for several nodes, on a given clock.
macro_rules! deploys {
    ($kind:ident, $open:expr) => {
        mod $kind {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn unknown_commands_are_left_to_the_newer_version() {
                super::unknown_commands(super::Lab::open($open).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn an_emergency_goes_on_through_a_deploy() {
                super::deploy(super::Lab::open($open).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn people_are_told_after_a_deploy_is_rolled_back() {
                super::roll_back(super::Lab::open($open).await).await;
            }
        }
    };
}

deploys!(sqlite, crate::lab::sqlite_file);
deploys!(postgres, crate::lab::postgres_schema);

/// The older version takes the report and answers calls, but can't place any.
async fn unknown_commands(mut lab: Lab) {
    let known = CommandKind::ALL.into_iter().filter(|kind| *kind != CommandKind::PlaceCall);
    let older = lab.start(Version::Older, known.collect());
    lab.report().await;
    assert!(within(SOON, async || lab.texts_to(TECHNICIAN) > 0).await, "the older version does what it knows");
    assert_eq!(lab.calls_to(TECHNICIAN), 0, "and leaves what it does not know");
    let newer = lab.start(Version::Older, CommandKind::ALL.to_vec());
    lab.customer_calls();
    assert!(within(SOON, async || lab.outcome(Version::Older).await == Some("connected")).await, "{}", lab.story());
    older.stop().await;
    newer.stop().await;
}

/// The older version begins; once the newer one has taken part, it goes on with it alone.
async fn deploy(mut lab: Lab) {
    let older = lab.start(Version::Older, CommandKind::ALL.to_vec());
    let id = lab.report().await;
    assert!(within(SOON, async || lab.calls_to(TECHNICIAN) == 1).await, "the older version calls");
    let newer = lab.start(Version::Newer, CommandKind::ALL.to_vec());
    lab.customer_calls();
    assert!(within(SOON, async || lab.outcome(Version::Newer).await == Some("connected")).await, "{}", lab.story());
    let seen_by_older = lab.store(Version::Older).load(id).await;
    assert!(matches!(seen_by_older, Err(StoreError::Newer)), "the newer version has taken part: {seen_by_older:?}");
    assert_eq!(lab.takeovers(), 0, "nobody is alarmed by a deploy");
    // A second emergency, while both run: whichever takes it in, it ends well.
    lab.report().await;
    lab.customer_calls();
    assert!(within(SOON, async || lab.connected(Version::Newer).await == 2).await, "{}", lab.story());
    older.stop().await;
    newer.stop().await;
}

/// The newer version is gone for good, and the older one can't go on with what it has left.
async fn roll_back(mut lab: Lab) {
    let newer = lab.start(Version::Newer, CommandKind::ALL.to_vec());
    lab.report().await;
    assert!(within(SOON, async || lab.calls_to(TECHNICIAN) == 1).await, "the newer version calls");
    newer.stop().await;
    let left_at = lab.now();
    let older = lab.start(Version::Older, CommandKind::ALL.to_vec());
    assert!(within(SOON, async || lab.takeovers() > 0).await, "{}", lab.story());
    let waited = lab.now().since(left_at);
    assert!(waited >= Duration::from_secs(60), "the newer version might have come back: {waited:?}");
    assert!(lab.texts_to(OFFICE) > 0);
    older.stop().await;
}
