//! What keeps time moving.

use std::{sync::Arc, time::Duration};

use super::{Hub, State};
use crate::{clock::ClockMode, network::Network};

/// What the driver does next.
enum Turn {
    Again,
    After(Duration),
    Quiet(Duration),
    Idle,
}

impl Hub {
    /// Keeps time moving as long as the simulator lives.
    pub(crate) async fn drive(self: Arc<Self>) {
        let mut wake = self.wake.subscribe();
        loop {
            wake.borrow_and_update();
            match self.turn() {
                Turn::Again => tokio::task::yield_now().await,
                Turn::After(span) => {
                    // Either way there is something to do.
                    let _ = tokio::time::timeout(span, wake.changed()).await;
                }
                Turn::Quiet(span) => {
                    if tokio::time::timeout(span, wake.changed()).await.is_err() {
                        self.jump();
                    }
                }
                Turn::Idle => {
                    if wake.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn turn(self: &Arc<Self>) -> Turn {
        let mut state = self.lock();
        let turn =
            if self.options.clock.is_stepped() { self.step(&mut state) } else { self.flow_on(&mut state.network) };
        self.send(&mut state.network);
        drop(state);
        self.changed.send_modify(|count| *count += 1);
        turn
    }

    fn flow_on(&self, network: &mut Network) -> Turn {
        self.catch_up(network);
        match network.next_due().and_then(|due| self.flow.real_time_until(due)) {
            Some(span) => Turn::After(span),
            None => Turn::Idle,
        }
    }

    fn step(&self, state: &mut State) -> Turn {
        if !state.is_settled() {
            return Turn::Idle;
        }
        let now = state.network.now;
        if state.network.run_one(now) {
            return Turn::Again;
        }
        if state.goal > now {
            let due = state.network.next_due().filter(|due| *due <= state.goal);
            state.network.set_time(due.unwrap_or(state.goal));
            return Turn::Again;
        }
        match self.options.clock {
            ClockMode::Auto { quiet } if state.network.holds == 0 && state.network.next_due().is_some() => {
                Turn::Quiet(quiet)
            }
            _ => Turn::Idle,
        }
    }

    fn jump(&self) {
        let mut state = self.lock();
        if state.is_settled() && state.network.holds == 0 {
            state.goal = state.network.next_due().unwrap_or(state.goal).max(state.goal);
        }
    }
}
