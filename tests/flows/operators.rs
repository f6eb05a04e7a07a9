//! What operators do.

use std::time::Duration;

use responder::store::{Availability, BranchControl};
use responder_sim::{Behaviour, DialIn};
use serde_json::{Value, json};

use crate::{
    cast::{self, BRANCH, CUSTOMER, SECOND, TECHNICIAN},
    house::{end, hold_to, on_stage},
    play::{self, Plot},
    stage::{Stage, Trouble},
};

async fn cancel(stage: &Stage, id: &str) -> Result<(u16, Value), Trouble> {
    let request = reqwest::Client::new().post(format!("{}/api/emergencies/{id}/cancel", stage.url()));
    stage.ask(request).await
}

#[test]
fn cancelling_lets_a_customer_on_hold_go_politely() {
    let plot = Plot::new().phone(TECHNICIAN, [Behaviour::no_answer()]);
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let id = play::report(stage, &cast::report()).await?;
        stage.network.dial(DialIn::new(CUSTOMER, BRANCH))?;
        pace.pass(Duration::from_secs(15)).await;
        let (first, again) = (cancel(stage, &id).await?.0, cancel(stage, &id).await?.0);
        if (first, again) != (200, 409) {
            return Err(format!("answered {first}, {again}").into());
        }
        hold_to(&end(stage, &mut pace, &id).await?, |judge| {
            judge.outcome("cancelled");
            judge.called(TECHNICIAN, 1);
            judge.called(SECOND, 0);
            judge.heard(CUSTOMER, "This emergency has been cancelled");
            judge.talks_in_all(0);
            judge.no_notices();
        })
    });
}

#[test]
fn cancelling_cuts_no_talk_and_says_so() {
    let plot = Plot::new();
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let id = play::report(stage, &cast::report()).await?;
        play::act(stage, &mut pace, &plot.acts).await?;
        // They talk from the 40th to the 85th second; the last act was in the 10th.
        pace.pass(Duration::from_secs(45)).await;
        let (status, answer) = cancel(stage, &id).await?;
        let message = answer["message"].as_str().unwrap_or_default();
        if status != 200 || !message.contains("talk") {
            return Err(format!("answered {status} {answer}").into());
        }
        hold_to(&end(stage, &mut pace, &id).await?, |judge| {
            judge.called(TECHNICIAN, 1);
            judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
            judge.talks_in_all(1);
            judge.no_notices();
        })
    });
}

#[test]
fn a_branch_that_is_switched_off_takes_no_reports_and_ends_what_it_has() {
    let plot = Plot::new();
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let id = play::report(stage, &cast::report()).await?;
        stage.store.set_availability(stage.branch.key(), Availability::Disabled).await?;
        play::act(stage, &mut pace, &plot.acts).await?;
        let (status, answer) = stage.post("/webhook", &cast::report()).await?;
        if (status, &answer["code"]) != (503, &json!("disabled")) {
            return Err(format!("answered {status} {answer}").into());
        }
        hold_to(&end(stage, &mut pace, &id).await?, |judge| {
            judge.outcome("connected");
            judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
            judge.no_notices();
        })
    });
}
