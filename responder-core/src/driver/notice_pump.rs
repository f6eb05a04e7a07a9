//! Tells somebody by text what people do on the admin server.

use std::{error::Error, sync::Arc, time::Duration};

use tokio::{sync::watch, time::timeout};

use super::{BackgroundTask, Sleeper, TokioSleeper, signals::told_of};
use crate::{
    Timestamp,
    access::{AuditId, Recorded},
    admin::{Notice, Notices},
    store::{AuditClaim, AuditOutbox, AuditRequest, Lease, StoreError, TargetName, WorkerId},
    telephony::TelephonyError,
};

/// Texts one [`Notice`] for each entry of the audit that is to be told of, in order, and loses none: the audit is the
/// outbox, so what is recorded is told, whatever dies in between. Several nodes on one store share the work.
///
/// It begins with what is recorded after it was first started. A text that the provider does not take is tried again,
/// with pauses from 2 seconds to 5 minutes, for a day; those after it wait, so that they come in order. Then it is left
/// out, and the log says which it was.
///
/// Where the provider says nothing, nobody knows whether the text was sent. The same text twice is a nuisance, none at
/// all is a loss; so it is tried again, but not for a day: after the eighth time without an answer it counts as sent.
/// An answer that says that the provider has failed is a failure. After a crash, too, a text may come twice: the one
/// that was being sent.
#[derive(Debug)]
pub struct NoticePump {
    store: Arc<dyn AuditOutbox>,
    notices: Notices,
    worker: WorkerId,
    sleeper: Arc<dyn Sleeper>,
    /// The last entry that was told, also if that could not be noted.
    told: AuditId,
    /// The entry that got no answer last, and how often.
    unsure: (AuditId, u32),
}

/// What became of an entry.
enum Told {
    /// It is done with: told, or left out.
    Done,
    /// It is none to be told of.
    Nothing,
    /// It comes again.
    Later(Duration),
}

impl NoticePump {
    /// Tells of what is recorded in `store`.
    pub fn new(store: Arc<dyn AuditOutbox>, notices: Notices, worker: WorkerId) -> Self {
        let (told, unsure) = (AuditId::default(), (AuditId::default(), 0));
        Self { store, notices, worker, sleeper: Arc::new(TokioSleeper), told, unsure }
    }

    /// Waits by `sleeper` instead of in real time: where the clock of the store is not the real one, either.
    #[must_use]
    pub fn with_sleeper(self, sleeper: Arc<dyn Sleeper>) -> Self {
        Self { sleeper, ..self }
    }

    /// Lets everything be told that is done from now on. Say it before anybody can do anything.
    ///
    /// # Errors
    /// As for [`AuditOutbox::follow_audit`].
    pub async fn follow(&self) -> Result<(), StoreError> {
        self.store.follow_audit(&reader()).await
    }

    /// For a server that tells nobody: what is done meanwhile is not told later, when somebody is told again.
    ///
    /// # Errors
    /// As for [`AuditOutbox::unfollow_audit`].
    pub async fn forget(store: &dyn AuditOutbox) -> Result<(), StoreError> {
        store.unfollow_audit(&reader()).await
    }

    /// Works in the background until it is stopped. What is not told by then is told by the next one.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use responder_core::{admin::Notices, driver::NoticePump, store::{AuditOutbox, WorkerId}};
    /// # async fn example(store: Arc<dyn AuditOutbox>, notices: Notices) -> Result<(), Box<dyn std::error::Error>> {
    /// let pump = NoticePump::new(store, notices, WorkerId::unique());
    /// pump.follow().await?;
    /// let telling = pump.start();
    /// // Serve requests, until the process is asked to end.
    /// telling.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(self) -> BackgroundTask {
        BackgroundTask::on(|until| self.run(until))
    }

    /// Works until `stop` completes, and returns when the text that is under way has ended.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        told_of(stop, |stopped| self.work(stopped)).await;
    }

    async fn work(mut self, mut stopped: watch::Receiver<bool>) {
        let mut follows = false;
        while !*stopped.borrow() {
            match self.look(&mut follows, &stopped).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, cause = error.source(), "notices can't be read or noted"),
            }
            tokio::select! {
                () = self.sleeper.sleep(BETWEEN_LOOKS) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        }
    }

    /// Whether there may be more at once.
    async fn look(&mut self, follows: &mut bool, stopped: &watch::Receiver<bool>) -> Result<bool, StoreError> {
        if !*follows {
            self.follow().await?;
            *follows = true;
        }
        let request = AuditRequest { reader: reader(), worker: self.worker.clone(), max: AT_ONCE, lease: LEASE };
        match self.store.claim_audit(&request).await? {
            Some(claim) => self.tell_all(&claim, stopped).await,
            None => Ok(false),
        }
    }

    /// As far as it goes; whether that was to the end.
    async fn tell_all(&mut self, claim: &AuditClaim, stopped: &watch::Receiver<bool>) -> Result<bool, StoreError> {
        let (mut done, mut pause) = (None, None);
        for (place, recorded) in claim.entries.iter().enumerate() {
            if *stopped.borrow() {
                pause = Some(Duration::ZERO);
                break;
            }
            let tries = if place == 0 { claim.tries } else { 1 };
            match self.tell(recorded, tries, claim.now).await {
                Told::Nothing => {}
                // Somebody else has it, because this has taken too long.
                Told::Done if !self.store.keep_audit(&claim.ticket, recorded.id, LEASE).await? => return Ok(true),
                Told::Done => {}
                Told::Later(span) => {
                    pause = Some(span);
                    break;
                }
            }
            done = Some(recorded.id);
        }
        self.store.release_audit(&claim.ticket, done, pause.unwrap_or_default()).await?;
        Ok(pause.is_none())
    }

    async fn tell(&mut self, recorded: &Recorded, tries: u32, now: Timestamp) -> Told {
        let Some(notice) = Notice::of(recorded) else { return Told::Nothing };
        let (branch, audit) = (&notice.branch, recorded.id);
        if audit <= self.told {
            return Told::Done;
        }
        if now.since(recorded.at) > BUDGET {
            tracing::error!(%branch, %audit, "a notice could not be sent for a day, and is left out");
            return Told::Done;
        }
        let text = self.notices.text(&notice, now);
        let error = match timeout(DEADLINE, self.notices.telephony.send_text(&text)).await {
            Ok(Ok(_)) => {
                self.told = audit;
                return Told::Done;
            }
            Ok(Err(error)) => error,
            Err(late) => TelephonyError::Unknown { status: None, source: Some(late.into()) },
        };
        if self.is_enough(audit, &error) {
            tracing::error!(%branch, %audit, %error, "nobody knows whether a notice was sent; it is not tried again");
            return Told::Done;
        }
        tracing::warn!(%branch, %audit, tries, %error, "a notice was not sent; it is tried again");
        Told::Later(pause(tries, &error))
    }

    /// Whether one more try would be one too many.
    fn is_enough(&mut self, audit: AuditId, error: &TelephonyError) -> bool {
        let has_failed = matches!(error, TelephonyError::Unknown { status: Some(500..), .. });
        if has_failed || !error.may_have_been_processed() {
            return false;
        }
        let times = if self.unsure.0 == audit { self.unsure.1 + 1 } else { 1 };
        self.unsure = (audit, times);
        times >= MOST_UNSURE
    }
}

/// Twice as long each time. A provider that asks for more gets it, up to the longest.
fn pause(tries: u32, error: &TelephonyError) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
    let asked = match error {
        TelephonyError::RateLimited { retry_after } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    doubled.max(asked).min(LONGEST_PAUSE)
}

/// All nodes are one reader.
fn reader() -> TargetName {
    "notices".parse().expect("BUG: a name of lower-case letters")
}

/// How long the provider may take for a text.
const DEADLINE: Duration = Duration::from_secs(10);

const LEASE: Lease = Lease::for_deadline(DEADLINE);

/// Entries that are claimed at a time; most are nothing to be told of.
const AT_ONCE: u32 = 50;

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_secs(2);

const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

const BUDGET: Duration = Duration::from_secs(24 * 3600);

const MOST_UNSURE: u32 = 8;

#[cfg(all(test, feature = "mock"))]
#[path = "notice_pump_tests.rs"]
mod tests;
