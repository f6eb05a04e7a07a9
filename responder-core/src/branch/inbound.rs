//! Whose call it is.

use std::time::Duration;

use tokio::time::timeout;

use super::handle::Attempted;
use super::{Branch, HandleError, Handled, ReportError};
use crate::{
    CallSid, E164,
    emergency::{Conclusion, Emergency, EmergencyId, Event, Input, Intake, Phase},
    store::{Idempotency, Listing, Loaded, StoreError},
};

/// What a caller is to hear.
#[derive(Clone, Debug)]
pub enum Inbound {
    /// What an emergency says.
    Emergency(Box<Handled>),
    /// That there is none.
    NoEmergency,
}

/// How long after an emergency that ended without a talk its customer's call begins a new one.
const REOPENS_FOR: Duration = Duration::from_secs(2 * 3600);

/// No emergency that is still handled is older.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// How long a caller waits for a note about their call.
const NOTED_WITHIN: Duration = Duration::from_millis(500);

/// How often somebody else may be first.
const MOST_CONFLICTS: usize = 20;

impl Branch {
    /// Somebody calls the branch's number. The call belongs to the emergency that it is known in; else to the one
    /// whose customer has that number; else to the oldest that has no customer on the line. If there is none, a caller
    /// whose emergency ended in the last two hours, before technician and customer were connected, reopens it.
    ///
    /// # Errors
    /// [`HandleError`]; nothing was stored. Fails with [`StoreError::Newer`] if the
    /// caller may belong to an emergency that only a newer build can read.
    pub async fn customer_called(&self, call: CallSid, from: Option<E164>) -> Result<Inbound, HandleError> {
        for _ in 0..MOST_CONFLICTS {
            let Some(loaded) = self.emergency_of_caller(&call, from).await? else {
                self.record(Event::IncomingCall { from, call_sid: call }).await;
                return Ok(Inbound::NoEmergency);
            };
            let input = Input::CustomerCalled { call: call.clone(), from };
            // After a conflict it may be another emergency that the caller belongs to.
            if let Attempted::Done(handled) = self.attempt(&loaded, &input).await? {
                return Ok(Inbound::Emergency(handled));
            }
        }
        Err(HandleError::Contended)
    }

    /// An incoming call is over. One that no emergency knows is nobody's.
    ///
    /// # Errors
    /// [`HandleError`]; nothing was stored.
    pub async fn customer_call_ended(&self, call: CallSid) -> Result<(), HandleError> {
        self.customer_call_ended_late(call, Duration::ZERO).await
    }

    /// As [`customer_call_ended`](Self::customer_call_ended), for one that is over since so long ago.
    pub(crate) async fn customer_call_ended_late(&self, call: CallSid, late: Duration) -> Result<(), HandleError> {
        if let Some((id, _)) = self.store.find_call(&self.key, &call).await? {
            self.handle_late(id, Input::CustomerCallEnded { call }, late).await?;
        }
        Ok(())
    }

    /// Notes what belongs to no emergency. Whoever waits for an answer gets it also when it can't be noted, or not
    /// soon.
    async fn record(&self, event: Event) {
        let because = match timeout(NOTED_WITHIN, self.store.record(&self.key, &[event])).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(branch = %self.key, because, "an event of the branch could not be recorded");
    }

    async fn emergency_of_caller(&self, call: &CallSid, from: Option<E164>) -> Result<Option<Loaded>, HandleError> {
        if let Some((id, _)) = self.store.find_call(&self.key, call).await? {
            return self.load(id).await.map(Some);
        }
        let open = self.store.open_emergencies(&self.key).await?;
        let chosen = match theirs(&open.emergencies, from) {
            Some(chosen) => Some(chosen),
            None => {
                self.or_newer(&open).await?;
                anybodys(&open.emergencies)
            }
        };
        match chosen {
            Some(chosen) => Ok(open.emergencies.into_iter().find(|loaded| loaded.state.id() == chosen)),
            None => self.reopened(call, from).await,
        }
    }

    /// Nothing, if what was sought and not found can't be among those of a newer format.
    pub(super) async fn or_newer(&self, open: &Listing) -> Result<(), StoreError> {
        if open.newer.is_empty() {
            return Ok(());
        }
        open.or_newer(self.store.now().await? - LONGEST)
    }

    async fn reopened(&self, call: &CallSid, from: Option<E164>) -> Result<Option<Loaded>, HandleError> {
        let Some(from) = from else { return Ok(None) };
        let since = self.store.now().await? - REOPENS_FOR;
        let concluded = self.store.concluded_since(&self.key, since).await?;
        let newest = concluded.emergencies.iter().find(|loaded| loaded.state.intake().callback == Some(from));
        if newest.is_none() {
            concluded.or_newer(since)?;
        }
        let Some(old) = newest.filter(|old| ended_without_talk(&old.state)) else { return Ok(None) };
        let intake = Intake { reopens: Some(old.state.id()), ..old.state.intake().clone() };
        // The same call may ask again, because the answer to it took too long.
        let once = Idempotency { key: format!("call {call}").into(), body_hash: [0; 32] };
        match self.open(intake, Some(once)).await {
            Ok(reported) => self.load(reported.id()).await.map(Some),
            Err(ReportError::Store(error)) => Err(error.into()),
            // Busy or disabled: there is nothing that the caller could be part of.
            Err(_) => Ok(None),
        }
    }
}

/// Which of the open emergencies is a caller's by their number.
fn theirs(open: &[Loaded], from: Option<E164>) -> Option<EmergencyId> {
    let all = open.iter().map(|loaded| &loaded.state);
    let theirs = all.filter(|e| from.is_some() && e.intake().callback == from);
    theirs.max_by_key(|e| (is_seeking(e), e.id())).map(Emergency::id)
}

/// Which of the open emergencies, oldest first, any other caller belongs to.
fn anybodys(open: &[Loaded]) -> Option<EmergencyId> {
    let all = || open.iter().map(|loaded| &loaded.state);
    let without_customer = all().find(|e| is_seeking(e) && e.awaits_customer());
    without_customer.or_else(|| all().find(|e| is_seeking(e))).map(Emergency::id)
}

const fn is_seeking(e: &Emergency) -> bool {
    matches!(e.phase(), Phase::Seeking | Phase::Accepted)
}

fn ended_without_talk(e: &Emergency) -> bool {
    let Phase::Concluded { outcome, .. } = e.phase() else { return false };
    !matches!(outcome, Conclusion::Connected | Conclusion::Cancelled)
}
