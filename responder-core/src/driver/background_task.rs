//! A dispatcher at work, or what else works in the background.

use std::pin::Pin;

use tokio::{sync::watch, task::JoinHandle};

use super::Dispatcher;

/// A dispatcher, or deliveries, at work on a task of its own, until it is stopped or the runtime ends. It also goes on
/// when this is dropped.
#[derive(Debug)]
pub struct BackgroundTask {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Dispatcher {
    /// Works in the background. Stop it after the server has ended: the last answers may still bring work.
    ///
    /// ```
    /// # use responder_core::{driver::Dispatcher, store::WorkerId};
    /// # async fn example(branch: std::sync::Arc<responder_core::branch::Branch>) {
    /// let working = Dispatcher::new(branch, WorkerId::unique()).start();
    /// // Serve requests, until the process is asked to end.
    /// working.stop().await;
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(self) -> BackgroundTask {
        BackgroundTask::on(|until| self.run(until))
    }
}

impl BackgroundTask {
    /// What runs until the future that it is given completes.
    pub(super) fn on<F: Future<Output = ()> + Send + 'static>(
        run: impl FnOnce(Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
    ) -> Self {
        let stop = watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        let until = async move {
            if stopped.wait_for(|stopped| *stopped).await.is_err() {
                // Nobody is left who could stop it.
                std::future::pending::<()>().await;
            }
        };
        Self { stop, task: tokio::spawn(run(Box::pin(until))) }
    }

    /// Claims nothing more, and returns when what is under way has ended: at most the deadline of a command.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            // What it had claimed is claimed again when the leases run out.
            tracing::error!(%error, "a worker has ended by itself");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        branch::{Branch, BranchSettings},
        driver::{DispatcherSettings, ManualClock},
        emergency::{Contact, Policy},
        script::{Links, Script},
        store::{MemoryStore, WorkerId},
        telephony::MockTelephony,
    };

    /// Whoever leaves no room for anything gets nothing done, but nothing hangs either.
    #[tokio::test(start_paused = true)]
    async fn a_dispatcher_without_room_can_be_stopped() {
        let recipient = Contact::unnamed("+15005550009".parse().expect("a number"));
        let policy = Policy { recipients: vec![recipient], ..Policy::default() };
        let settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
        let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(crate::Timestamp::default()))));
        let links = Links::new("https://help.example.com".parse().expect("a URL"));
        let key = "tuc".parse().expect("a key");
        let telephony = Arc::new(MockTelephony::new());
        let branch = Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links));
        let none = DispatcherSettings { calls: 0, messages: 0, ..DispatcherSettings::default() };
        let working = Dispatcher::new(branch.clone(), WorkerId::unique()).with(none).start();
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        assert!(branch.pulse().is_alive(), "deadlines are kept");
        working.stop().await;
    }
}
