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
