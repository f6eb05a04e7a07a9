//! A report becomes an emergency.

use std::sync::Arc;

use super::{Branch, ReportError};
use crate::{
    emergency::{Emergency, EmergencyId, Intake, IntakeError, Report},
    fail,
    store::{Idempotency, Opened, Opening, StoreError},
};

/// A report that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It is a new emergency.
    Created(EmergencyId),
    /// It came before.
    Existing(EmergencyId),
}

impl Reported {
    /// The emergency that it is.
    pub const fn id(self) -> EmergencyId {
        match self {
            Self::Created(id) | Self::Existing(id) => id,
        }
    }
}

impl Branch {
    /// Takes in a report. When this returns, the emergency is stored, and everybody is being told. Whoever drops the
    /// future does not hear of it; the report is taken in nevertheless. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`ReportError`]; nothing was stored, but for a store that failed with an unknown outcome: repeat it with the
    /// same `idempotency`.
    pub async fn report(
        self: &Arc<Self>,
        report: Report,
        idempotency: Option<Idempotency>,
    ) -> Result<Reported, ReportError> {
        let settings = self.settings();
        let intake = Intake::check(report, settings.default_country)?;
        if !settings.policy().may_reach(intake.technician.number) {
            let reason = "this number may not be called by this branch".to_owned();
            return Err(IntakeError { field: "chosen_phone", reason }.into());
        }
        // On a task of its own: a reporter who hangs up must not leave half a report.
        let branch = Arc::clone(self);
        let opening = tokio::spawn(async move { branch.open(intake, idempotency).await });
        opening.await.unwrap_or_else(|broken| Err(StoreError::Unknown(Box::new(broken)).into()))
    }

    /// Opens an emergency.
    pub(super) async fn open(&self, intake: Intake, idempotency: Option<Idempotency>) -> Result<Reported, ReportError> {
        let now = self.store.now().await?;
        let id = self.fresh_id(now).await;
        let settings = self.settings();
        let opened = Emergency::open(id, now, intake, Arc::clone(settings.policy()));
        let mut opening = Opening::of(self.key.clone(), settings.max_active_emergencies, opened, Self::commit_id());
        if let Some(idempotency) = idempotency {
            opening = opening.with_idempotency(idempotency);
        }
        if let Some(claims) = self.handover.claims() {
            opening = opening.with_claims(claims);
        }
        fail::at(fail::Point::BeforeCommit);
        let answer = match self.store.open(&opening).await {
            // The opening has a name, so repeating it opens one emergency.
            Err(StoreError::Unknown(_)) => self.store.open(&opening).await?,
            other => other?,
        };
        fail::at(fail::Point::AfterCommit);
        match answer {
            Opened::Created(written) => {
                self.hand_over(written.claimed).await;
                self.announce_work();
                Ok(Reported::Created(id))
            }
            Opened::Existing(id) => Ok(Reported::Existing(id)),
            Opened::KeyReused => Err(ReportError::KeyReused),
            Opened::Busy => Err(ReportError::Busy),
            Opened::Disabled => Err(ReportError::Disabled),
        }
    }
}
