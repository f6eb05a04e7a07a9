//! When the server of a branch was away, and what somebody has seen: both stand in the audit, so that every node knows
//! them, also after a restart.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use serde_json::{Value, json};

use super::{Admin, BranchError, BranchResponse, Site};
use crate::{
    Timestamp,
    access::{Actor, AuditAction, AuditEntry, AuditId, Recorded},
    store::{AuditQuery, StoreError},
};

/// What is wrong with the server of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does not answer.
    Silent,
    /// It does not know our token.
    RefusesUs,
    /// It answers, but not what it is asked.
    Fails,
}

/// A time in which the server of a branch did not answer as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Absence {
    /// The number of the entry with which it begins.
    pub(super) id: AuditId,
    pub(super) since: Timestamp,
    pub(super) fault: Fault,
    /// None while it lasts.
    pub(super) until: Option<Timestamp>,
}

/// What the audit of a branch says of its alerts, as far as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    marks: BTreeMap<AuditId, (Timestamp, Mark)>,
    /// The newest entry that was read, of any kind.
    read_to: Option<AuditId>,
    /// The absence that lasts for this node, though another one may have found the branch well: it may be only for us
    /// that it can't be reached.
    ours: Option<AuditId>,
}

#[derive(Clone, Debug)]
enum Mark {
    Seen(String),
    Away(Fault),
    /// Since then it answers.
    Back(Timestamp),
}

impl Fault {
    /// What an answer is, if it is none of ours.
    pub(super) fn of(told: &Result<BranchResponse, BranchError>) -> Option<Self> {
        match told {
            Ok(told) if matches!(told.status.as_u16(), 401 | 403) => Some(Self::RefusesUs),
            Ok(told) if told.status.is_success() && told.json().is_some() => None,
            Ok(_) | Err(BranchError::Senseless) => Some(Self::Fails),
            Err(BranchError::TimedOut | BranchError::Unreachable) => Some(Self::Silent),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Silent => "no_answer",
            Self::RefusesUs => "refused",
            Self::Fails => "failure",
        }
    }

    /// What there was, by the record of it.
    fn named(record: Option<&Value>) -> Self {
        let name = record.and_then(|record| record.get("because")).and_then(Value::as_str);
        [Self::RefusesUs, Self::Fails].into_iter().find(|fault| name == Some(fault.name())).unwrap_or(Self::Silent)
    }
}

impl Absence {
    /// The name of the alert that it is.
    pub(super) fn alert(&self) -> String {
        format!("branch_offline:{}", self.id)
    }
}

impl Trail {
    pub(super) fn seen(&self) -> HashSet<&str> {
        let seen = self.marks.values().filter_map(|(_, mark)| match mark {
            Mark::Seen(id) => Some(id.as_str()),
            Mark::Away(_) | Mark::Back(_) => None,
        });
        seen.collect()
    }

    /// The oldest first. Nodes that find the same at the same time have said it twice. The last one is not over for as
    /// long as it lasts for this node.
    pub(super) fn absences(&self) -> Vec<Absence> {
        let mut absences: Vec<Absence> = Vec::new();
        for (id, (at, mark)) in &self.marks {
            let open = absences.last_mut().filter(|absence| absence.until.is_none());
            match (mark, open) {
                (Mark::Away(fault), None) => {
                    absences.push(Absence { id: *id, since: *at, fault: *fault, until: None });
                }
                // Clocks of nodes may differ.
                (Mark::Back(at), Some(open)) => open.until = Some((*at).max(open.since)),
                _ => {}
            }
        }
        if let Some(last) = absences.last_mut().filter(|last| Some(last.id) == self.ours) {
            last.until = None;
        }
        absences
    }

    fn is_away(&self) -> bool {
        self.absences().last().is_some_and(|absence| absence.until.is_none())
    }

    /// Since when it is away, and how long it has to be well until it is back; none if it is not away. What a node
    /// finds that reaches it now and then is not to be written down again and again. Once somebody has seen the alert,
    /// the next absence has to be another one.
    fn settles_after(&self) -> Option<(Timestamp, Duration)> {
        let last = self.absences().pop().filter(|last| last.until.is_none())?;
        let mut marks = self.marks.values().rev();
        let back_at = marks.find_map(|(at, mark)| matches!(mark, Mark::Back(_)).then_some(*at));
        let is_again = back_at.is_some_and(|at| last.since.since(at) < AGAIN_WITHIN);
        let is_seen = self.seen().contains(last.alert().as_str());
        Some((last.since, if is_again && !is_seen { AGAIN_WITHIN } else { SETTLED }))
    }

    /// What this node finds itself.
    fn find(&mut self, fault: Option<Fault>) {
        let last = self.absences().pop().filter(|last| last.until.is_none());
        self.ours = fault.and(last).map(|last| last.id);
    }

    fn take(&mut self, recorded: Recorded) {
        let Recorded { id, at, entry } = recorded;
        self.read_to = self.read_to.max(Some(id));
        let mark = match entry.action {
            AuditAction::AlertSeen => entry.subject.map(Mark::Seen),
            AuditAction::BranchAway => Some(Mark::Away(Fault::named(entry.after.as_ref()))),
            AuditAction::BranchBack => {
                let since =
                    entry.after.as_ref().and_then(|after| after["since"].as_str()).and_then(|at| at.parse().ok());
                Some(Mark::Back(since.unwrap_or(at)))
            }
            _ => None,
        };
        self.marks.extend(mark.map(|mark| (id, (at, mark))));
    }

    /// A beginning is kept for as long as what follows from it.
    fn forget(&mut self, now: Timestamp) {
        let is_away = self.is_away();
        let last = self.absences().pop().filter(|_| is_away).map(|absence| absence.id);
        self.marks.retain(|id, (at, _)| Some(*id) == last || now.since(*at) < REMEMBERED);
    }
}

impl Admin {
    /// What the audit says now. Only what is new is read, and a few before it, because numbers that were given at the
    /// same time may become visible in any order.
    pub(super) async fn trail(&self, site: &Site, mut trail: Trail, now: Timestamp) -> Result<Trail, StoreError> {
        let (known, mut before, mut read) = (trail.read_to, None, 0);
        loop {
            let limit = if known.is_some() { AGAIN } else { PAGE };
            let query = AuditQuery { branch: Some(site.key.clone()), before, limit };
            let page = self.store.audit(&query).await?;
            read += page.len();
            let Some(oldest) = page.last().map(|recorded| (recorded.id, recorded.at)) else { break };
            let is_end = page.len() < usize::try_from(limit).unwrap_or(usize::MAX) || read >= MOST_READ;
            page.into_iter().for_each(|recorded| trail.take(recorded));
            if is_end || Some(oldest.0) <= known || now.since(oldest.1) >= REMEMBERED {
                break;
            }
            before = Some(oldest.0);
        }
        trail.forget(now);
        Ok(trail)
    }

    /// Records that a branch has gone, or that it is back: that counts after a while without a fault since it had gone,
    /// so that one that comes and goes is one alert, and a node that finds it away has the time to say so. Whether
    /// something was recorded.
    pub(super) async fn record_presence(
        &self,
        site: &Site,
        trail: &mut Trail,
        fault: Option<Fault>,
        well_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        trail.find(fault);
        let entry = match (fault, trail.settles_after(), well_since) {
            (Some(fault), None, _) => {
                let entry = AuditEntry::new(Actor::server(), AuditAction::BranchAway);
                entry.changing(None, Some(json!({ "because": fault.name() })))
            }
            (None, Some((away_since, span)), Some(well_since)) if now.since(well_since.max(away_since)) >= span => {
                let entry = AuditEntry::new(Actor::server(), AuditAction::BranchBack);
                entry.changing(None, Some(json!({ "since": well_since.to_string() })))
            }
            _ => return Ok(false),
        };
        self.store.record_audit(&entry.at_branch(site.key.clone())).await.map(|_| true)
    }
}

/// How long a branch has to be well until it is back, and has to be away until that is worth an alert when it is over:
/// starting anew takes a few seconds.
pub(super) const SETTLED: Duration = Duration::from_secs(30);

/// A branch that is away again so soon has to be well for as long, too.
const AGAIN_WITHIN: Duration = Duration::from_secs(600);

/// What nobody has seen for so long is forgotten.
pub(super) const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

const PAGE: u32 = 500;

const AGAIN: u32 = 50;

const MOST_READ: usize = 20_000;
