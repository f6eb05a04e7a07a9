//! One question for all who ask it at the same time.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::{BranchClient, BranchError, Told};

/// Questions to one branch that wait for their turn, and whose turn it is.
#[derive(Default)]
pub(super) struct Questions {
    waiting: HashMap<String, Answering>,
    turns: HashMap<String, Weak<Turn>>,
}

type Turn = tokio::sync::Mutex<()>;

type Answering = Shared<BoxFuture<'static, Result<Told, BranchError>>>;

impl BranchClient {
    /// Asks for something that many ask for at the same time, such as open pages after an event. Of the same question
    /// one is under way at a time; whoever comes meanwhile shares the next, so that no answer is older than its
    /// question.
    ///
    /// # Errors
    /// See [`BranchError`].
    pub async fn get_shared(&self, path_and_query: &str) -> Result<Told, BranchError> {
        let answering = {
            let mut questions = lock(&self.questions);
            match questions.waiting.get(path_and_query) {
                Some(answering) => answering.clone(),
                None => {
                    let turn = questions.turn(path_and_query);
                    let answering = self.clone().ask_in_turn(path_and_query.to_owned(), turn).boxed().shared();
                    questions.waiting.insert(path_and_query.to_owned(), answering.clone());
                    answering
                }
            }
        };
        answering.await
    }

    async fn ask_in_turn(self, path_and_query: String, turn: Arc<Turn>) -> Result<Told, BranchError> {
        // A branch that does not answer must not make the wait twice as long.
        let _turn = tokio::time::timeout(LONGEST_TURN, turn.lock()).await;
        // From here on it is too late to share it.
        lock(&self.questions).waiting.remove(&path_and_query);
        self.get(&path_and_query).await
    }
}

impl Questions {
    fn turn(&mut self, path_and_query: &str) -> Arc<Turn> {
        if let Some(turn) = self.turns.get(path_and_query).and_then(Weak::upgrade) {
            return turn;
        }
        self.turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        self.turns.insert(path_and_query.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

/// Noting is done in one step, so what a panic leaves behind is whole.
fn lock(questions: &Mutex<Questions>) -> std::sync::MutexGuard<'_, Questions> {
    questions.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Questions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Questions({})", self.waiting.len())
    }
}

const LONGEST_TURN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::Notify,
    };

    use super::*;

    /// A branch that counts its questions, and answers with their number as soon as it may.
    async fn branch() -> (BranchClient, Arc<AtomicUsize>, Arc<Notify>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, may) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counted, allowed) = (Arc::clone(&asked), Arc::clone(&may));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (counted, allowed) = (Arc::clone(&counted), Arc::clone(&allowed));
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while matches!(socket.read(&mut request).await, Ok(1..)) {
                        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
                        allowed.notified().await;
                        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                        drop(socket.write_all(answer.as_bytes()).await);
                    }
                });
            }
        });
        (BranchClient::new(&url, &"token".into()).expect("a client"), asked, may)
    }

    #[tokio::test]
    async fn whoever_asks_the_same_shares_an_answer_that_is_not_older_than_the_question() {
        let (client, asked, may) = branch().await;
        let numbers = async |count: usize| {
            let answers = join_all((0..count).map(|_| client.get_shared("/api/status"))).await;
            answers.into_iter().map(|told| told.expect("an answer").json().expect("a number")).collect::<Vec<_>>()
        };
        let first = tokio::spawn({
            let client = client.clone();
            async move { client.get_shared("/api/status").await }
        });
        while asked.load(Ordering::SeqCst) < 1 {
            tokio::task::yield_now().await;
        }
        // The branch may have looked already, so that these have to wait for another answer.
        let (later, ()) = tokio::join!(numbers(20), async {
            tokio::task::yield_now().await;
            may.notify_one();
            while asked.load(Ordering::SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
            may.notify_one();
        });
        assert_eq!(first.await.expect("no panic").expect("an answer").json(), Some(1.into()));
        assert_eq!(later, vec![serde_json::Value::from(2); 20], "one question for all of them");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        assert!(lock(&client.questions).waiting.is_empty());
    }

    #[tokio::test]
    async fn whoever_goes_away_keeps_nobody_waiting() {
        let (client, asked, may) = branch().await;
        {
            let mut gone = std::pin::pin!(client.get_shared("/api/status"));
            while asked.load(Ordering::SeqCst) < 1 {
                assert!(gone.as_mut().now_or_never().is_none());
                tokio::task::yield_now().await;
            }
        }
        let (told, ()) = tokio::join!(client.get_shared("/api/status"), async {
            while asked.load(Ordering::SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
            may.notify_waiters();
        });
        assert_eq!(told.expect("an answer").status, 200);
    }
}
