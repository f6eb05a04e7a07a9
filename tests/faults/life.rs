//! Whether a node lives. Whatever a node wants of the world goes through [`Life::lives`], so that one that is dead does
//! nothing any more, whatever of it is still in memory.

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Paused,
    Dead,
}

#[derive(Debug)]
pub(crate) struct Life(watch::Sender<State>);

impl Life {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(State::Running))
    }

    pub(crate) fn kill(&self) {
        self.0.send_replace(State::Dead);
    }

    pub(crate) fn pause(&self) {
        self.change(State::Running, State::Paused);
    }

    pub(crate) fn resume(&self) {
        self.change(State::Paused, State::Running);
    }

    fn change(&self, from: State, to: State) {
        self.0.send_if_modified(|state| {
            let is_so = *state == from;
            if is_so {
                *state = to;
            }
            is_so
        });
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.0.borrow() == State::Dead
    }

    /// Resolves while the node runs: at once, after its pause, or never.
    pub(crate) async fn lives(&self) {
        // The sender is ours.
        let _ = self.0.subscribe().wait_for(|state| *state == State::Running).await;
    }

    /// Resolves when the node is dead.
    pub(crate) async fn dies(&self) {
        let _ = self.0.subscribe().wait_for(|state| *state == State::Dead).await;
    }
}
