//! A dispatcher at work.

use tokio::{sync::watch, task::JoinHandle};

use super::Dispatcher;

/// A dispatcher that works on a task of its own, until it is stopped or the runtime ends. It also goes on when this is
/// dropped.
#[derive(Debug)]
pub struct Working {
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
    pub fn start(self) -> Working {
        let stop = watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        let until = async move {
            if stopped.wait_for(|stopped| *stopped).await.is_err() {
                // Nobody is left who could stop it.
                std::future::pending::<()>().await;
            }
        };
        Working { stop, task: tokio::spawn(self.run(until)) }
    }
}

impl Working {
    /// Claims nothing more, and returns when what is under way has ended: at most the deadline of a command.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            // What it had claimed is claimed again when the leases run out.
            tracing::error!(%error, "a dispatcher has ended by itself");
        }
    }
}
