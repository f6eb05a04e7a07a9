//! Waiting for what happens elsewhere.

use std::time::Duration;

use tokio::time::{interval, timeout};

/// What takes longer does not come.
pub(crate) const SOON: Duration = Duration::from_secs(60);

const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Looks until it is so; false if it is not in time.
pub(crate) async fn within(limit: Duration, mut is_so: impl AsyncFnMut() -> bool) -> bool {
    let looking = async {
        let mut ticks = interval(LOOK_AGAIN);
        while !is_so().await {
            ticks.tick().await;
        }
    };
    timeout(limit, looking).await.is_ok()
}

/// Looks until it is so, which must be soon.
pub(crate) async fn until(is_so: impl AsyncFnMut() -> bool) {
    assert!(within(SOON, is_so).await, "it is not so in time");
}

/// Asks until the answer is right; gives that one.
pub(crate) async fn answered<T>(
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
    is_right: impl Fn(&T) -> bool,
) -> T {
    let mut right = None;
    let asking = async || {
        right = ask().await.filter(&is_right);
        right.is_some()
    };
    within(limit, asking).await;
    right.expect("the right answer in time")
}
