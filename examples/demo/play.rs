//! Plays one scenario: reports the emergency, lets the people act, and waits for the end.

use std::time::Duration;

use responder::emergency::Policy;
use responder_sim::{Behaviour, DialIn, Fault, Trace};
use serde_json::Value;

use crate::{
    cast,
    judge::Judge,
    network_time::Pace,
    stage::{Setting, Stage, Trouble},
    timeline::Timeline,
};

/// One row of the flow, as a play.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// As it is asked for on the command line.
    pub(crate) name: &'static str,
    /// One sentence for people.
    pub(crate) about: &'static str,
    /// Who does what.
    pub(crate) plot: fn() -> Plot,
    /// What must be on the record in the end.
    pub(crate) judge: fn(&mut Judge<'_>),
}

/// Who does what, and under which rules.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) policy: Policy,
    /// What phones do, call by call; the last script stays.
    pub(crate) phones: Vec<(&'static str, Vec<Behaviour>)>,
    /// What people do by themselves, so many seconds after the report, in this order.
    pub(crate) acts: Vec<(u64, Act)>,
    /// What goes wrong.
    pub(crate) faults: Vec<Fault>,
}

/// Something that a person does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Calls the branch.
    Call { from: &'static str },
    /// Answers the texts of the branch.
    Text { from: &'static str, body: &'static str },
}

/// What is on the record.
#[derive(Debug)]
pub(crate) struct Record {
    /// The network's own: who was called, who talked to whom, who heard what.
    pub(crate) trace: Trace,
    /// The emergency as the branch tells it to operators.
    pub(crate) emergency: Value,
}

/// No scenario takes longer, in the time of the network.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// What still happens after the end must be on the record, too.
const AFTERMATH: Duration = Duration::from_secs(90);

impl Plot {
    /// The defaults, with a technician who accepts at once and a customer who calls after some seconds.
    pub(crate) fn new() -> Self {
        Self {
            policy: cast::policy(),
            phones: vec![
                (cast::TECHNICIAN, vec![cast::willing()]),
                (cast::SECOND, vec![cast::willing()]),
                (cast::CUSTOMER, vec![cast::patient()]),
            ],
            acts: vec![(10, Act::Call { from: cast::CUSTOMER })],
            faults: Vec::new(),
        }
    }

    /// Gives a phone another script, or one for each of its calls.
    pub(crate) fn phone(mut self, number: &'static str, scripts: impl IntoIterator<Item = Behaviour>) -> Self {
        self.phones.retain(|(known, _)| *known != number);
        self.phones.push((number, scripts.into_iter().collect()));
        self
    }

    /// Other acts.
    pub(crate) fn acting(self, acts: impl IntoIterator<Item = (u64, Act)>) -> Self {
        Self { acts: acts.into_iter().collect(), ..self }
    }

    /// The stage that it is played on.
    pub(crate) fn setting(&self) -> Setting {
        Setting { policy: self.policy.clone(), ..Setting::accelerated() }
    }

    /// Tells every phone what to do, and orders what goes wrong.
    pub(crate) fn prepare(&self, stage: &Stage) {
        for (number, scripts) in &self.phones {
            stage.network.set_phone_calls(number, scripts.iter().cloned());
        }
        for fault in &self.faults {
            stage.network.add_fault(fault.clone());
        }
    }
}

/// Plays from the report to some time after the end.
pub(crate) async fn play(stage: &Stage, plot: &Plot, timeline: &mut Timeline) -> Result<Record, Trouble> {
    let (mut theirs, mut ours) = (stage.pace(), stage.pace());
    plot.prepare(stage);
    let id = report(stage, &cast::report()).await?;
    let acts = async move { act(stage, &mut theirs, &plot.acts).await };
    let ((), record) = tokio::try_join!(acts, end(stage, &mut ours, &id, timeline))?;
    Ok(record)
}

/// Reports an emergency and gives its id.
pub(crate) async fn report(stage: &Stage, report: &Value) -> Result<String, Trouble> {
    match stage.post("/webhook", report).await? {
        (200, answer) => Ok(answer["emergency_id"].as_str().unwrap_or_default().to_owned()),
        (status, answer) => Err(format!("the report was answered {status}: {answer}").into()),
    }
}

/// Lets people act, each so long after now.
pub(crate) async fn act(stage: &Stage, pace: &mut Pace, acts: &[(u64, Act)]) -> Result<(), Trouble> {
    let start = stage.network.now();
    for (seconds, act) in acts {
        pace.until(start + Duration::from_secs(*seconds)).await;
        match *act {
            Act::Call { from } => stage.network.dial(DialIn::new(from, cast::BRANCH))?,
            Act::Text { from, body } => stage.network.text(from, cast::AUTOMATED, body)?,
        };
    }
    Ok(())
}

/// Asks the branch from time to time until the emergency is concluded, waits for what may still come, and gives the
/// record.
pub(crate) async fn end(stage: &Stage, pace: &mut Pace, id: &str, timeline: &mut Timeline) -> Result<Record, Trouble> {
    let start = stage.network.now();
    let mut elapsed = Duration::ZERO;
    while elapsed < LONGEST {
        pace.pass(next_look(elapsed)).await;
        elapsed = stage.network.now().since(start);
        timeline.print_new(&stage.branch).await?;
        if look(stage, id).await?.emergency["phase"] == "concluded" {
            break;
        }
    }
    pace.pass(AFTERMATH).await;
    timeline.print_new(&stage.branch).await?;
    look(stage, id).await
}

/// What is on the record by now.
pub(crate) async fn look(stage: &Stage, id: &str) -> Result<Record, Trouble> {
    match stage.get(&format!("/api/emergencies/{id}")).await? {
        (200, emergency) => Ok(Record { trace: stage.network.trace(), emergency }),
        (status, answer) => Err(format!("the emergency can't be read: {status} {answer}").into()),
    }
}

/// Every look costs a moment of real time, so they become rarer.
fn next_look(elapsed: Duration) -> Duration {
    (elapsed / 10).max(Duration::from_secs(4))
}
