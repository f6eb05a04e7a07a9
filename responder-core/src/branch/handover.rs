//! What a commit hands to the dispatcher, without a detour over the store.

use std::sync::Mutex;

use tokio::sync::mpsc;

use crate::store::{Claimed, OwnClaims};

/// Lets whoever commits claim the urgent commands of the commit for a dispatcher of this process: a phone rings one
/// transaction earlier. Only a short cut: what is not handed over, or not taken, is found in the store.
#[derive(Debug, Default)]
pub(crate) struct Handover(Mutex<Option<Taker>>);

#[derive(Debug)]
struct Taker {
    claims: OwnClaims,
    // Boxed: the channel keeps room for 32 of them, in each branch.
    sender: mpsc::UnboundedSender<Box<Claimed>>,
}

impl Handover {
    /// Claims for whoever reads the receiver, until it is dropped. The last one gets them.
    pub(crate) fn take_over(&self, claims: OwnClaims) -> mpsc::UnboundedReceiver<Box<Claimed>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        if let Ok(mut taker) = self.0.lock() {
            *taker = Some(Taker { claims, sender });
        }
        receiver
    }

    /// What to claim with the next commit.
    pub(super) fn claims(&self) -> Option<OwnClaims> {
        let taker = self.0.lock().ok()?;
        taker.as_ref().filter(|taker| !taker.sender.is_closed()).map(|taker| taker.claims.clone())
    }

    /// Hands over what was claimed; gives back what nobody takes any more.
    pub(super) fn give(&self, claimed: Vec<Claimed>) -> Vec<Claimed> {
        let Ok(taker) = self.0.lock() else { return claimed };
        let Some(taker) = taker.as_ref() else { return claimed };
        let refused = claimed.into_iter().filter_map(|claimed| taker.sender.send(Box::new(claimed)).err());
        refused.map(|refused| *refused.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        Timestamp,
        emergency::{Action, Command, CommandId, CommandKind, EmergencyId, LegNo},
        store::Lease,
    };

    #[test]
    fn what_nobody_takes_any_more_is_given_back() {
        let id = CommandId { emergency: EmergencyId::new(Timestamp::default(), 1), number: 0 };
        let command = Command { id, action: Action::DeleteQueue { leg: LegNo(0) } };
        let claimed = || vec![Claimed::first(command.clone(), Timestamp::default())];
        let handover = Handover::default();
        assert_eq!(handover.give(claimed()).len(), 1, "nobody is there yet");
        let mut receiver = handover.take_over(OwnClaims {
            worker: "w".parse().expect("a name"),
            kinds: vec![CommandKind::PlaceCall],
            max: 1,
            lease: Lease::for_deadline(Duration::from_secs(1)),
        });
        assert!(handover.claims().is_some());
        assert_eq!(handover.give(claimed()).len(), 0);
        assert!(receiver.try_recv().is_ok());
        receiver.close();
        assert!(handover.claims().is_none());
        assert_eq!(handover.give(claimed()).len(), 1, "nobody is there any more");
    }
}
