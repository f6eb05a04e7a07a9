//! What wakes a loop of the dispatcher.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::Sleeper;

/// What ends a sleep. Each loop has its own, so that none takes another's signal.
pub(super) struct Signals {
    pub(super) work: watch::Receiver<()>,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) sleeper: Arc<dyn Sleeper>,
}

/// Runs `work` to its end, which it comes to by itself once it is told that `stop` has completed.
pub(super) async fn told_of<Work: Future<Output = ()>>(
    stop: impl Future<Output = ()>,
    work: impl FnOnce(watch::Receiver<bool>) -> Work,
) {
    let (stopping, stopped) = watch::channel(false);
    let stop = async {
        stop.await;
        let _ = stopping.send(true);
    };
    tokio::join!(work(stopped), stop);
}

/// Why a sleep has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// The time is over.
    Over,
    /// There is work, or the end has come.
    Woken,
}

impl Signals {
    /// Whether to look for work once more. What is announced from here on ends the next sleep at once.
    pub(super) fn look(&mut self) -> bool {
        self.work.mark_unchanged();
        !*self.stopped.borrow()
    }

    /// Sleeps until there is work, the time is over, or the end has come.
    pub(super) async fn rest(&mut self, span: Duration) -> Rest {
        tokio::select! {
            _ = self.work.changed() => Rest::Woken,
            _ = self.stopped.wait_for(|stopped| *stopped) => Rest::Woken,
            () = self.sleeper.sleep(span) => Rest::Over,
        }
    }

    /// Sleeps until the time is over, or the end has come.
    pub(super) async fn pause(&mut self, span: Duration) {
        tokio::select! {
            () = self.sleeper.sleep(span) => {}
            _ = self.stopped.wait_for(|stopped| *stopped) => {}
        }
    }
}
