//! The way back from a connection to whoever asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::error::{Failure, TooLate};
use crate::error::Gone;

/// Where an answer goes.
pub(super) struct Reply<T> {
    begun: Option<oneshot::Sender<()>>,
    answer: oneshot::Sender<Result<T, Failure>>,
    /// Whether whoever asked was told that nobody knows.
    is_given_up: Arc<AtomicBool>,
}

/// Whoever waits for it.
pub(super) struct Waiting<T> {
    begun: oneshot::Receiver<()>,
    answer: oneshot::Receiver<Result<T, Failure>>,
    is_given_up: Arc<AtomicBool>,
}

/// What became of an answer.
#[derive(Debug)]
pub(super) enum Sent<T> {
    /// It is theirs.
    Taken,
    /// They had waited for too long, and may have asked once more: a repeat gets an answer of its own.
    TooLate(T),
    /// They are gone, and won't ask again.
    Nobody(T),
}

pub(super) fn pair<T>() -> (Reply<T>, Waiting<T>) {
    let (begin, begun) = oneshot::channel();
    let (reply, answer) = oneshot::channel();
    let is_given_up = Arc::<AtomicBool>::default();
    (
        Reply { begun: Some(begin), answer: reply, is_given_up: is_given_up.clone() },
        Waiting { begun, answer, is_given_up },
    )
}

impl<T> Reply<T> {
    /// Whether somebody still waits. From here on it counts as begun.
    pub(super) fn begin(&mut self) -> bool {
        self.begun.take().is_none_or(|begun| begun.send(()).is_ok())
    }

    /// Gives the answer.
    pub(super) fn send(self, answer: Result<T, Failure>) -> Sent<Result<T, Failure>> {
        match self.answer.send(answer) {
            Ok(()) => Sent::Taken,
            Err(answer) if self.is_given_up.load(Ordering::SeqCst) => Sent::TooLate(answer),
            Err(answer) => Sent::Nobody(answer),
        }
    }
}

impl<T> Waiting<T> {
    /// The answer, or why there is none.
    pub(super) async fn answer(mut self, patience: Duration) -> Result<T, Failure> {
        match timeout(patience, &mut self.answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(self.lost(Gone))),
            Err(_) => self.give_up(),
        }
    }

    /// What came in the very last moment counts; what comes later finds that we have gone.
    fn give_up(mut self) -> Result<T, Failure> {
        self.is_given_up.store(true, Ordering::SeqCst);
        self.answer.close();
        match self.answer.try_recv() {
            Ok(answer) => answer,
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
