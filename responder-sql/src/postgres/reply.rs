//! The way back from a connection to whoever asked.

use std::time::Duration;

use tokio::{sync::oneshot, time::timeout};

use super::error::{Failure, TooLate};
use crate::error::Gone;

/// Where an answer goes.
pub(super) struct Reply<T> {
    begun: Option<oneshot::Sender<()>>,
    answer: oneshot::Sender<Result<T, Failure>>,
}

/// Whoever waits for it.
pub(super) struct Waiting<T> {
    begun: oneshot::Receiver<()>,
    answer: oneshot::Receiver<Result<T, Failure>>,
}

pub(super) fn pair<T>() -> (Reply<T>, Waiting<T>) {
    let (begin, begun) = oneshot::channel();
    let (reply, answer) = oneshot::channel();
    (Reply { begun: Some(begin), answer: reply }, Waiting { begun, answer })
}

impl<T> Reply<T> {
    /// Whether somebody still waits. From here on it counts as begun.
    pub(super) fn begin(&mut self) -> bool {
        self.begun.take().is_none_or(|begun| begun.send(()).is_ok())
    }

    /// Gives the answer. If nobody takes it, it is dropped.
    pub(super) fn send(self, answer: Result<T, Failure>) {
        let _ = self.answer.send(answer);
    }
}

impl<T> Waiting<T> {
    /// The answer, or why there is none.
    pub(super) async fn answer(mut self, patience: Duration) -> Result<T, Failure> {
        match timeout(patience, &mut self.answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(self.lost(Gone))),
            Err(_) => Err(self.lost(TooLate)),
        }
    }

    /// What has begun may have been carried out.
    fn lost(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Failure {
        self.begun.close();
        match self.begun.try_recv() {
            Ok(()) => Failure::unknown(cause),
            Err(_) => Failure::undone(cause),
        }
    }
}
