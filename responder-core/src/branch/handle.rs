//! Load, handle, commit; and again when somebody else was first.

use std::time::Duration;

use super::{Branch, HandleError};
use crate::{
    emergency::{Emergency, EmergencyId, Input, Outcome, Reply},
    fail,
    store::{Claimed, Commit, Committed, EventId, Loaded, StoreError, StoredEvent},
};

/// An input that was handled and stored.
#[derive(Clone, Debug)]
pub struct Handled {
    /// The state after it.
    pub state: Emergency,
    /// What to answer.
    pub reply: Reply,
}

/// How often somebody else may be first.
const MOST_CONFLICTS: usize = 20;

/// How often a commit whose answer was lost is repeated.
const MOST_REPEATS: usize = 3;

/// Events that are read at a time.
const EVENTS: u32 = 1000;

impl Branch {
    /// Has an emergency of this branch handle an input, and stores what comes of it.
    ///
    /// # Errors
    /// [`HandleError`]; then nothing was stored, but for a store that failed with an unknown outcome.
    pub async fn handle(&self, id: EmergencyId, input: Input) -> Result<Handled, HandleError> {
        self.handle_late(id, input, Duration::ZERO).await
    }

    /// As [`handle`](Self::handle), for something that happened so long ago, because the store was away: how long a
    /// talk was does not depend on when we could write it down.
    pub(crate) async fn handle_late(
        &self,
        id: EmergencyId,
        mut input: Input,
        late: Duration,
    ) -> Result<Handled, HandleError> {
        for _ in 0..MOST_CONFLICTS {
            let mut loaded = self.load(id).await?;
            loaded.now = loaded.now - late;
            match self.attempt(&loaded, &input).await? {
                Attempted::Done(handled) => return Ok(*handled),
                Attempted::Settled(first) => match second_outcome(input, &first) {
                    Some(second) => input = second,
                    None => return Ok(Handled { state: loaded.state, reply: Reply::Nothing }),
                },
                Attempted::Conflict => {}
            }
        }
        Err(HandleError::Contended)
    }

    /// Reads an emergency of this branch.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], also when it belongs to another branch; [`HandleError::Store`].
    pub async fn load(&self, id: EmergencyId) -> Result<Loaded, HandleError> {
        let loaded = self.store.load(id).await?;
        loaded.filter(|loaded| loaded.branch == self.key).ok_or(HandleError::NotFound)
    }

    /// Everything that has happened in an emergency, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn timeline(&self, id: EmergencyId) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events: Vec<StoredEvent> = Vec::new();
        loop {
            let after = events.last().map_or(EventId::START, |event| event.id);
            let page = self.store.events_of(id, after, EVENTS).await?;
            let is_last = page.len() < usize::try_from(EVENTS).unwrap_or(usize::MAX);
            events.extend(page);
            if is_last {
                return Ok(events);
            }
        }
    }

    /// Handles an input once, on the state as it was loaded.
    pub(super) async fn attempt(&self, loaded: &Loaded, input: &Input) -> Result<Attempted, HandleError> {
        let (mut commit, reply) = Commit::of(loaded, input.clone(), Self::commit_id());
        if !commit.is_noop() {
            if let Some(claims) = self.handover.claims() {
                commit = commit.with_claims(claims);
            }
            match self.commit(&commit).await {
                Ok(Committed::Written(written)) => self.hand_over(written.claimed).await,
                Ok(Committed::AlreadySettled { first }) => return Ok(Attempted::Settled(first)),
                Err(StoreError::Conflict) => return Ok(Attempted::Conflict),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Attempted::Done(Box::new(Handled { state: commit.state, reply })))
    }

    /// Leaves what was claimed to the dispatcher; if it has just ended, to whoever looks into the store.
    pub(super) async fn hand_over(&self, claimed: Vec<Claimed>) {
        for claimed in self.handover.give(claimed) {
            self.give_back(&claimed).await;
        }
    }

    /// Puts back what nobody here carries out.
    pub(crate) async fn give_back(&self, claimed: &Claimed) {
        if let Err(error) = self.store.put_back(&claimed.ticket, Duration::ZERO).await {
            // The lease runs out, and the command is claimed again.
            tracing::warn!(command = %claimed.id(), %error, "a command could not be given back");
        }
        self.announce_work();
    }

    /// Stores a commit, and announces the work in it.
    pub(crate) async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        fail::at(fail::Point::BeforeCommit);
        let mut result = self.store.commit(commit).await;
        for _ in 0..MOST_REPEATS {
            // A commit has a name, so repeating it writes it once.
            let Err(StoreError::Unknown(_)) = result else { break };
            result = self.store.commit(commit).await;
        }
        fail::at(fail::Point::AfterCommit);
        if result.is_ok() {
            self.announce_work();
        }
        result
    }
}

/// What came of handling an input once.
pub(super) enum Attempted {
    Done(Box<Handled>),
    Settled(Outcome),
    Conflict,
}

/// A second, different outcome of a command.
fn second_outcome(input: Input, first: &Outcome) -> Option<Input> {
    match input {
        Input::CommandFinished { command, outcome } if outcome != *first => {
            Some(Input::LateOutcome { command, outcome })
        }
        _ => None,
    }
}
