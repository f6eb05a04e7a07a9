//! What somebody has to see.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use serde::Serialize;

use super::{
    Admin, Site,
    absence::{Absence, Fault, REMEMBERED, SETTLED, Trail},
    unanswered::Unanswered,
    unsettled::{Behind, Said},
};
use crate::{
    Timestamp,
    store::{BranchKey, StoreError},
};

/// Something that is shown until somebody says that they have seen it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Its name: what is seen is this one, and not the next of its kind.
    pub id: String,
    /// The branch that it is about.
    pub branch: BranchKey,
    /// Its name, for people.
    pub branch_name: String,
    /// What it is about.
    pub kind: AlertKind,
    /// In a sentence.
    pub message: String,
    /// Since when, RFC 3339, if that is known.
    pub since: Option<String>,
    /// Until when, RFC 3339, if it is over.
    pub until: Option<String>,
    /// The emergency that it is about.
    pub emergency: Option<String>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Nobody took an emergency on.
    NobodyAccepted,
    /// The server of a branch does not answer as it should, or did not for a while.
    BranchOffline,
    /// The settings of a branch do not let it work, or it refuses or does not get them.
    SettingsInvalid,
}

/// What was found when branches were looked at last.
#[derive(Default)]
pub(super) struct Watch(HashMap<BranchKey, Arc<Look>>);

/// Of one branch. Whoever looks holds `turn`, so that nothing is recorded twice.
#[derive(Default)]
struct Look {
    turn: tokio::sync::Mutex<State>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    at: Option<Timestamp>,
    alerts: Vec<Alert>,
    /// By somebody here, perhaps after the audit was read.
    seen: HashSet<String>,
}

#[derive(Default)]
struct State {
    trail: Trail,
    unanswered: Unanswered,
    behind: Behind,
    /// Since when it answers as it should.
    well_since: Option<Timestamp>,
}

impl Admin {
    /// What somebody has to see of a branch. What was found within the last two seconds is not looked for again.
    ///
    /// That a branch is away is known from the first look, of any node, that found it so; that it was stays until
    /// somebody has seen it, if it was longer than half a minute. What nobody has seen is forgotten after 30 days.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn alerts(&self, site: &Site) -> Result<Vec<Alert>, StoreError> {
        let look = self.look_of(site);
        if let Some(alerts) = look.found_since(self.clock.now()) {
            return Ok(alerts);
        }
        let mut state = look.turn.lock().await;
        let now = self.clock.now();
        // Somebody may have looked meanwhile.
        if let Some(alerts) = look.found_since(now) {
            return Ok(alerts);
        }
        let alerts = self.look_at(site, &mut state, now).await?;
        Ok(lock(&look.found).now_are(alerts, now))
    }

    /// The same as it was found last, however long ago: nobody is asked. None if nobody has looked yet.
    pub fn known_alerts(&self, site: &Site) -> Option<Vec<Alert>> {
        let look = self.look_of(site);
        let found = lock(&look.found);
        found.at.map(|_| found.alerts.clone())
    }

    /// Somebody has seen an alert, and the audit says so.
    pub(crate) fn note_seen(&self, site: &Site, id: &str) {
        let look = self.look_of(site);
        let mut found = lock(&look.found);
        found.alerts.retain(|alert| alert.id != id);
        found.seen.insert(id.to_owned());
    }

    /// Looks at all branches every 15 seconds, so that it is known when one was away though nobody has looked at a
    /// page. Ends with the [streams](Self::end_streams).
    pub async fn keep_watch(&self) {
        let mut ended = self.streams_ended();
        let mut ticks = tokio::time::interval(WATCHED_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let watching = async {
            loop {
                ticks.tick().await;
                for found in join_all(self.sites.iter().map(|site| self.alerts(site))).await {
                    if let Err(error) = found {
                        tracing::warn!(%error, "what somebody has to see can't be found out");
                    }
                }
            }
        };
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => {}
            () = watching => {}
        }
    }

    async fn look_at(&self, site: &Site, state: &mut State, now: Timestamp) -> Result<Vec<Alert>, StoreError> {
        let (fault, said) = self.ask_branch(site, &mut state.unanswered, now).await;
        state.well_since = if fault.is_some() { None } else { state.well_since.or(Some(now)) };
        state.trail = self.trail(site, state.trail.clone(), now).await?;
        if self.record_presence(site, &mut state.trail, fault, state.well_since, now).await? {
            state.trail = self.trail(site, state.trail.clone(), now).await?;
        }
        let mut alerts: Vec<Alert> = state.unanswered.alerts().cloned().collect();
        let absences = state.trail.absences().into_iter().rev();
        alerts.extend(absences.filter_map(|absence| away(site, &absence, fault, state.well_since, now)));
        alerts.extend(self.unsettled(site, said, &mut state.behind, now).await?);
        let seen = state.trail.seen();
        alerts.retain(|alert| !seen.contains(alert.id.as_str()));
        Ok(alerts)
    }

    /// What is wrong with its server, and what it says of its settings; what it says of its emergencies is noted.
    async fn ask_branch(
        &self,
        site: &Site,
        unanswered: &mut Unanswered,
        now: Timestamp,
    ) -> (Option<Fault>, Option<Said>) {
        // It has no server yet: nothing that could be away.
        let Some(client) = &site.client else { return (None, None) };
        let looked = self.look_for_unanswered(site, client, unanswered.clone(), now);
        match tokio::join!(looked, Said::by(client)) {
            (Ok(found), said) => {
                *unanswered = found;
                (None, said)
            }
            (Err(fault), _) => (Some(fault), None),
        }
    }

    fn look_of(&self, site: &Site) -> Arc<Look> {
        Arc::clone(lock(&self.watch).0.entry(site.key.clone()).or_default())
    }
}

impl Look {
    fn found_since(&self, now: Timestamp) -> Option<Vec<Alert>> {
        let found = lock(&self.found);
        found.at.filter(|at| now.since(*at).as_secs() < FRESH_SECS).map(|_| found.alerts.clone())
    }
}

impl Found {
    fn now_are(&mut self, mut alerts: Vec<Alert>, now: Timestamp) -> Vec<Alert> {
        self.seen.retain(|id| alerts.iter().any(|alert| alert.id == *id));
        alerts.retain(|alert| !self.seen.contains(&alert.id));
        self.at = Some(now);
        self.alerts.clone_from(&alerts);
        alerts
    }
}

impl Alert {
    /// With nothing but whose it is.
    pub(super) fn of(site: &Site) -> Self {
        Self {
            id: String::new(),
            branch: site.key.clone(),
            branch_name: site.name.clone(),
            kind: AlertKind::BranchOffline,
            message: String::new(),
            since: None,
            until: None,
            emergency: None,
        }
    }
}

/// What is said of an absence, if it is worth it: by what is wrong now, or what was when it began.
fn away(
    site: &Site,
    absence: &Absence,
    fault: Option<Fault>,
    well_since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Alert> {
    let until = absence.until.or(well_since).map(|until| until.max(absence.since));
    if until.is_some_and(|until| until.since(absence.since) < SETTLED || now.since(until) >= REMEMBERED) {
        return None;
    }
    let message = match (until, fault.unwrap_or(absence.fault)) {
        (None, Fault::Silent) => "The server of this branch does not answer: reports may not get through.",
        (None, Fault::RefusesUs) => {
            "The server of this branch does not know our token: nobody can see from here whether reports get through."
        }
        (None, Fault::Fails) => "The server of this branch answers with failures: reports may not get through.",
        (Some(_), _) => was_away(absence.fault),
    };
    Some(Alert {
        id: absence.alert(),
        message: message.to_owned(),
        since: Some(absence.since.to_string()),
        until: until.map(|until| until.to_string()),
        ..Alert::of(site)
    })
}

const fn was_away(fault: Fault) -> &'static str {
    match fault {
        Fault::Silent => "The server of this branch did not answer for a while: reports may not have got through.",
        Fault::RefusesUs => "The server of this branch did not know our token for a while.",
        Fault::Fails => {
            "The server of this branch answered with failures for a while: reports may not have got through."
        }
    }
}

/// Noting is done in one step, so what a panic leaves behind is whole.
fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Without what is said to people.
impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert").field("id", &self.id).field("branch", &self.branch).finish_non_exhaustive()
    }
}

const FRESH_SECS: u64 = 2;

const WATCHED_EVERY: Duration = Duration::from_secs(15);
