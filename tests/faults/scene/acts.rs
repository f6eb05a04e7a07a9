//! What people and faults do when their moment has come.

use std::{sync::Arc, time::Duration};

use responder_sim::DialIn;
use tokio::time::sleep;

use super::{
    Scene,
    slots::{Away, Blow, Unknown},
};
use crate::{cast, cells::Moment, plan::Trouble};

/// How long a store is away.
const AWAY: Duration = Duration::from_secs(10);

impl Scene {
    pub(super) async fn act(self: &Arc<Self>, place: usize, entry: u64) {
        let trouble = {
            let state = self.lock();
            if state.entries != entry {
                return;
            }
            state.slots[place].planned.trouble.clone()
        };
        match trouble {
            Trouble::Wire(_) | Trouble::Phone(_) => {}
            Trouble::PassingText => {
                let text = self.network.text(cast::TECHNICIAN, cast::AUTOMATED, "9");
                self.strike(place, text.is_ok());
            }
            Trouble::HangUp { again } => self.hang_up(place, again).await,
            Trouble::Caller(from) => {
                let call = self.network.dial(DialIn::new(from, cast::BRANCH));
                self.strike(place, call.is_ok());
            }
            Trouble::Away { hangs } => {
                self.lock().away = Some(Away { slot: place, until: self.clock.now() + AWAY, hangs });
            }
            Trouble::Unknown { times, written } => {
                self.lock().unknown = Some(Unknown { slot: place, times, written });
            }
            Trouble::Kill { crossings } => {
                self.lock().blow = Some(Blow { slot: place, crossings, pause: None });
            }
            Trouble::Pause { crossings, span } => {
                self.lock().blow = Some(Blow { slot: place, crossings, pause: Some(span) });
            }
        }
    }

    async fn hang_up(self: &Arc<Self>, place: usize, again: Option<Duration>) {
        let trace = self.network.trace();
        let callers = [cast::CUSTOMER, cast::WITHHELD, cast::STRANGER];
        let is_on_line = |from: &str| callers.contains(&from);
        let on_line = trace.calls.iter().rfind(|call| is_on_line(&call.from) && call.ended.is_none());
        let is_closing = self.moment() == Some(Moment::Closing);
        let from = match on_line {
            Some(call) => {
                let is_done = self.hang_up_on(&call.sid);
                self.strike(place, is_done && (again.is_none() || !is_closing));
                call.from.clone()
            }
            // They have hung up by themselves, which is why it is closing.
            None if is_closing && !trace.calls.iter().any(|call| call.from == cast::CUSTOMER) => return,
            None if is_closing => cast::CUSTOMER.to_owned(),
            None => return,
        };
        if let Some(after) = again {
            sleep(if is_closing { after / 8 } else { after }).await;
            let is_in_time = !is_closing || self.moment() == Some(Moment::Closing);
            let call = self.network.dial(DialIn::new(from, cast::BRANCH));
            self.strike(place, is_closing && is_in_time && call.is_ok());
        }
    }
}
