//! Where passwords are hashed.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{OnceLock, mpsc},
    thread,
};

use tokio::sync::oneshot;

/// One thread that hashes passwords, one after the other. Each takes a processor for a moment: many at once would be a
/// way to stop the server.
#[derive(Default)]
pub(super) struct Hashing(OnceLock<mpsc::Sender<Work>>);

type Work = Box<dyn FnOnce() + Send>;

impl Hashing {
    /// Has the thread do something. None if there is no thread, or what it does panics.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, answer) = oneshot::channel();
        let work = move || {
            // Nobody waits for it any more.
            if !done.is_closed() {
                drop(done.send(work()));
            }
        };
        self.0.get_or_init(begin).send(Box::new(work)).ok()?;
        answer.await.ok()
    }
}

fn begin() -> mpsc::Sender<Work> {
    let (orders, works) = mpsc::channel::<Work>();
    let labour = move || works.into_iter().for_each(|work| drop(catch_unwind(AssertUnwindSafe(work))));
    if let Err(error) = thread::Builder::new().name("passwords".to_owned()).spawn(labour) {
        tracing::error!(%error, "there is no thread to hash passwords: nobody can log in");
    }
    orders
}

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_is_done_on_one_thread_which_a_panic_does_not_end() {
        let hashing = Hashing::default();
        let first = hashing.run(|| thread::current().id()).await;
        assert!(first.is_some_and(|id| id != thread::current().id()));
        assert_eq!(hashing.run(|| panic!("on purpose")).await, None::<()>);
        assert_eq!(hashing.run(|| thread::current().id()).await, first);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_done() {
        let hashing = Hashing::default();
        let (hold, held) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let mut busy = Box::pin(hashing.run(move || drop(held.recv())));
        assert!(futures_util::FutureExt::now_or_never(&mut busy).is_none());
        assert!(futures_util::FutureExt::now_or_never(hashing.run(move || tell.send(()))).is_none());
        hold.send(()).expect("it waits");
        busy.await;
        hashing.run(|| ()).await.expect("a thread");
        assert!(told.recv().is_err(), "it was done for nobody");
    }
}
