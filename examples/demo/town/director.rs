//! Has emergencies happen in the branches, at the pace of people.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::try_join_all;
use responder::{
    CountryCode,
    emergency::{EmergencyId, Event},
    settings,
    store::StoredEvent,
};
use responder_sim::{Behaviour, DialIn};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    OpenBranch, Town,
    stories::{Story, scenario},
};
use crate::{cast, play::Scenario, stage::Trouble};

/// What happens in the branches, again and again, and how long after the town is open it begins there.
const PROGRAMS: [(u64, &[&str]); 3] = [
    (0, &["plain", "no-answer", CANCELLED, "sms-accept", "bridge-fails"]),
    (4, &["nobody-accepts", "plain", "voicemail", "customer-never-calls", "plain"]),
    (14, &["customer-hangs-up", "sms-accept", "plain", CANCELLED, "nobody-accepts"]),
];

/// Somebody reports an emergency, and then finds out that there is none.
const CANCELLED: &str = "cancelled";

/// How long they take.
const SECOND_THOUGHTS: Duration = Duration::from_secs(9);

/// From the end of one to the next.
const PAUSE: Duration = Duration::from_secs(20);

const GLANCE: Duration = Duration::from_secs(1);

/// After whoever looks on has reported an emergency, its customer calls.
const THEIR_CUSTOMER_CALLS: Duration = Duration::from_secs(12);

/// And talks for so long.
const TALK: Duration = Duration::from_secs(20);

const PAGE: u32 = 100;

/// Has things happen.
pub(crate) struct Director<'a> {
    town: &'a Town,
    /// What is played, if something was asked for.
    only: Option<&'a [Scenario]>,
    /// The emergencies that are his.
    own: Mutex<HashSet<String>>,
}

impl<'a> Director<'a> {
    pub(crate) fn new(town: &'a Town, only: Option<&'a [Scenario]>) -> Self {
        Self { town, only, own: Mutex::default() }
    }

    /// Plays for ever, in all branches.
    pub(crate) async fn direct(&self) -> Result<(), Trouble> {
        let all = self.town.branches.iter().zip(PROGRAMS).enumerate();
        let programs = all.map(|(at, (open, (after, names)))| async move {
            sleep(Duration::from_secs(after)).await;
            self.perform(open, names, at * 4).await
        });
        let visitors = self.town.branches.iter().map(|open| self.answer_visitors(open));
        tokio::try_join!(try_join_all(programs), try_join_all(visitors))?;
        Ok(())
    }

    /// One after the other in a branch, which has people of its own from `first` on.
    async fn perform(&self, open: &OpenBranch, names: &[&str], first: usize) -> Result<(), Trouble> {
        let names: Vec<&str> = match self.only {
            Some(only) => only.iter().map(|scenario| scenario.name).collect(),
            None => names.to_vec(),
        };
        for (number, name) in names.into_iter().cycle().enumerate() {
            let story = Story::new(open.site, scenario(name), first + number);
            if let Some(id) = self.report(open, &story, number).await? {
                if name == CANCELLED {
                    self.cancel(open, &id).await?;
                } else {
                    story.act(&self.town.network).await?;
                }
                self.until_over(open, &id).await?;
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// By the night desk or by another system, in turn. None if the branch is busy or switched off.
    async fn report(&self, open: &OpenBranch, story: &Story, number: usize) -> Result<Option<String>, Trouble> {
        let report = story.report();
        // Whoever looks on may report one to the same technician.
        story.prepare(&self.town.network);
        let id = if number.is_multiple_of(2) {
            let request = reqwest::Client::new().post(format!("{}/webhook", open.url)).bearer_auth(&open.token);
            let answer: Value = request.json(&report).send().await?.json().await?;
            answer["emergency_id"].as_str().map(str::to_owned)
        } else {
            let (_, answer) = self.town.desk.post(&format!("/api/branch/{}/trigger", open.site.key), &report).await?;
            answer["data"]["emergency_id"].as_str().map(str::to_owned)
        };
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.extend(id.clone());
        Ok(id)
    }

    async fn cancel(&self, open: &OpenBranch, id: &str) -> Result<(), Trouble> {
        sleep(SECOND_THOUGHTS).await;
        // Somebody else may have been quicker.
        self.town.desk.post(&format!("/api/branch/{}/emergencies/{id}/cancel", open.site.key), &json!({})).await?;
        Ok(())
    }

    async fn until_over(&self, open: &OpenBranch, id: &str) -> Result<(), Trouble> {
        let id: EmergencyId = id.parse()?;
        loop {
            sleep(GLANCE).await;
            let loaded = open.branch.store().load(id).await?;
            if loaded.is_none_or(|loaded| loaded.state.is_concluded()) {
                return Ok(());
            }
        }
    }

    /// Has customers call whose emergencies somebody else has reported.
    async fn answer_visitors(&self, open: &OpenBranch) -> Result<(), Trouble> {
        let (mut last, mut calls) = (open.last, Vec::new());
        loop {
            sleep(GLANCE).await;
            let events = open.branch.store().events(open.branch.key(), last, PAGE).await?;
            last = events.last().map_or(last, |event| event.id);
            calls.extend(events.iter().filter_map(their_call));
            let due = |call: &mut TheirCall| call.due <= Instant::now();
            for call in calls.extract_if(.., due).filter(|call| !self.is_own(&call.emergency)) {
                let talks = Behaviour::default().hanging_up_talking_after(TALK);
                let order = DialIn::new(call.from, open.site.number(cast::BRANCH)).behaving(talks);
                self.town.network.dial(order)?;
            }
        }
    }

    fn is_own(&self, emergency: &str) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(emergency)
    }
}

/// A call that a customer will make.
struct TheirCall {
    emergency: String,
    from: String,
    due: Instant,
}

fn their_call(stored: &StoredEvent) -> Option<TheirCall> {
    let Event::WebhookReceived { callback, .. } = stored.event().ok()? else { return None };
    let from = settings::phone(&callback, CountryCode::NORTH_AMERICA).map(|number| number.to_string());
    Some(TheirCall {
        emergency: stored.emergency?.to_string(),
        from: from.unwrap_or_else(|_| cast::CUSTOMER.to_owned()),
        due: Instant::now() + THEIR_CUSTOMER_CALLS,
    })
}
