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
use tokio::time::Instant;

use super::{BranchClient, BranchError, BranchResponse};

/// Questions to one branch that wait for their turn, whose turn it is, and what was answered last.
#[derive(Default)]
pub(super) struct Questions {
    waiting: HashMap<String, Answering>,
    turns: HashMap<String, Weak<Turn>>,
    last: HashMap<String, Last>,
}

/// What came of a question, and when.
struct Last {
    told: Result<BranchResponse, BranchError>,
    at: Instant,
}

/// What is known of a branch at the moment.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it has said, or why it has said nothing.
    pub told: Result<BranchResponse, BranchError>,
    /// How old that is, if the branch has been asked since and has not answered yet.
    pub age: Option<Duration>,
}

type Turn = tokio::sync::Mutex<()>;

type Answering = Shared<BoxFuture<'static, Result<BranchResponse, BranchError>>>;

impl BranchClient {
    /// Asks for something that many ask for at the same time, such as open pages after an event. Of the same question
    /// one is under way at a time; whoever comes meanwhile shares the next, so that no answer is older than its
    /// question. What was asked is asked to its end, though whoever has asked goes away.
    ///
    /// # Errors
    /// See [`BranchError`].
    pub async fn get_shared(&self, path_and_query: &str) -> Result<BranchResponse, BranchError> {
        let answering = {
            let mut questions = lock(&self.questions);
            match questions.waiting.get(path_and_query) {
                Some(answering) => answering.clone(),
                None => {
                    let turn = questions.turn(path_and_query);
                    let asked = tokio::spawn(self.clone().ask_in_turn(path_and_query.to_owned(), turn));
                    let answering = asked.map(|told| told.unwrap_or(Err(BranchError::TimedOut))).boxed().shared();
                    questions.waiting.insert(path_and_query.to_owned(), answering.clone());
                    answering
                }
            }
        };
        answering.await
    }

    /// The same for whoever can't wait: if no answer comes within 0.7 seconds, what came of the last such question, and
    /// how long ago that was. The answer still comes in, for the next one who asks.
    pub async fn get_known(&self, path_and_query: &str) -> Known {
        if let Ok(told) = tokio::time::timeout(PATIENCE, self.get_shared(path_and_query)).await {
            return Known { told, age: None };
        }
        let questions = lock(&self.questions);
        match questions.last.get(path_and_query) {
            Some(last) => Known { told: last.told.clone(), age: Some(last.at.elapsed()) },
            None => Known { told: Err(BranchError::TimedOut), age: None },
        }
    }

    async fn ask_in_turn(self, path_and_query: String, turn: Arc<Turn>) -> Result<BranchResponse, BranchError> {
        // A branch that does not answer must not make the wait twice as long.
        let _turn = tokio::time::timeout(LONGEST_TURN, turn.lock()).await;
        // From here on it is too late to share it.
        lock(&self.questions).waiting.remove(&path_and_query);
        let told = self.get(&path_and_query).await;
        lock(&self.questions).note(path_and_query, told.clone());
        told
    }
}

impl Questions {
    /// What is long is not kept for a bad day.
    fn note(&mut self, path_and_query: String, told: Result<BranchResponse, BranchError>) {
        if self.last.len() >= MOST_KNOWN {
            self.last.clear();
        }
        if told.as_ref().is_ok_and(|told| told.body.len() > LONGEST_KNOWN) {
            self.last.remove(&path_and_query);
        } else {
            self.last.insert(path_and_query, Last { told, at: Instant::now() });
        }
    }

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

/// How long somebody waits for a page.
const PATIENCE: Duration = Duration::from_millis(700);

const MOST_KNOWN: usize = 64;

const LONGEST_KNOWN: usize = 1 << 20;

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

    const SOON: Duration = Duration::from_secs(30);

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
        // One goes away while it is asked, another while their question waits.
        for _ in 0..2 {
            let mut gone = std::pin::pin!(client.get_shared("/api/status"));
            for _ in 0..3 {
                assert!(gone.as_mut().now_or_never().is_none());
                tokio::task::yield_now().await;
            }
            while asked.load(Ordering::SeqCst) < 1 {
                tokio::task::yield_now().await;
            }
        }
        let answers = async {
            for number in 1..=2 {
                while asked.load(Ordering::SeqCst) < number {
                    tokio::task::yield_now().await;
                }
                may.notify_one();
            }
        };
        let (told, ()) = tokio::join!(client.get_shared("/api/status"), answers);
        assert_eq!(told.expect("an answer").status, 200);
        assert_eq!(asked.load(Ordering::SeqCst), 2, "who comes later shares what was left behind");
        assert!(lock(&client.questions).waiting.is_empty());
    }

    /// Nobody has to come for it.
    #[tokio::test]
    async fn what_waits_and_is_left_behind_is_asked_and_forgotten() {
        let (client, asked, may) = branch().await;
        for _ in 0..2 {
            let mut gone = std::pin::pin!(client.get_shared("/api/status"));
            assert!(gone.as_mut().now_or_never().is_none());
            while asked.load(Ordering::SeqCst) < 1 || lock(&client.questions).waiting.len() > 1 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(lock(&client.questions).waiting.len(), 1);
        may.notify_one();
        let is_asked = async {
            while asked.load(Ordering::SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SOON, is_asked).await.expect("it is asked");
        assert!(lock(&client.questions).waiting.is_empty());
    }

    #[tokio::test]
    async fn who_can_not_wait_has_what_was_said_last_until_it_is_known_better() {
        let (client, asked, may) = branch().await;
        let number = |known: &Known| known.told.as_ref().ok().and_then(BranchResponse::json);
        assert_eq!(client.get_known("/api/status").await.told, Err(BranchError::TimedOut), "nothing is known yet");
        may.notify_one();
        while lock(&client.questions).last.is_empty() {
            tokio::task::yield_now().await;
        }
        let known = client.get_known("/api/status").await;
        assert_eq!((number(&known), known.age.is_some()), (Some(1.into()), true), "the second is under way");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        may.notify_one();
        let (known, ()) = tokio::join!(client.get_known("/api/status"), async {
            while asked.load(Ordering::SeqCst) < 3 {
                tokio::task::yield_now().await;
            }
            may.notify_one();
        });
        assert_eq!((number(&known), known.age), (Some(3.into()), None), "it is back");
    }
}
