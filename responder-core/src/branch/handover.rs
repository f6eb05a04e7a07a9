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
    sender: mpsc::UnboundedSender<Claimed>,
}

impl Handover {
    /// Claims for whoever reads the receiver, until it is dropped. The last one gets them.
    pub(crate) fn take_over(&self, claims: OwnClaims) -> mpsc::UnboundedReceiver<Claimed> {
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

    /// Hands over what was claimed. Nobody may be there any more: then the leases run out.
    pub(super) fn give(&self, claimed: Vec<Claimed>) {
        let Ok(taker) = self.0.lock() else { return };
        let Some(taker) = taker.as_ref() else { return };
        for claimed in claimed {
            let _ = taker.sender.send(claimed);
        }
    }
}
