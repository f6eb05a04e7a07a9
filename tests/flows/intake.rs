//! How emergencies are reported.

use responder_sim::{Fault, RestEffect};
use serde_json::{Value, json};

use crate::{
    cast::{self, CUSTOMER, TECHNICIAN},
    house::{end, hold_to, on_stage},
    play::{self, Plot},
    stage::{Stage, Trouble},
};

async fn report_with_key(stage: &Stage, key: &str, name: &str) -> Result<(u16, String), Trouble> {
    let mut report = cast::report();
    report["customer_name"] = name.into();
    let request = reqwest::Client::new().post(format!("{}/webhook", stage.url()));
    let (status, answer) = stage.ask(request.header("Idempotency-Key", key).json(&report)).await?;
    Ok((status, answer["emergency_id"].as_str().unwrap_or_default().to_owned()))
}

#[test]
fn a_report_that_is_repeated_with_its_key_is_one_emergency() {
    let plot = Plot::new();
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let first = report_with_key(stage, "report-1", "Carla Example").await?;
        let again = report_with_key(stage, "report-1", "Carla Example").await?;
        let (other, _) = report_with_key(stage, "report-1", "Somebody Else").await?;
        let (busy, _) = report_with_key(stage, "report-2", "Carla Example").await?;
        if (first.0, &again, other, busy) != (200, &first, 409, 503) {
            return Err(format!("answered {first:?}, {again:?}, {other}, {busy}").into());
        }
        play::act(stage, &mut pace, &plot.acts).await?;
        hold_to(&end(stage, &mut pace, &first.1).await?, |judge| {
            judge.outcome("connected");
            judge.called(TECHNICIAN, 1);
            judge.texted(TECHNICIAN, "Reply 1 to accept");
            judge.talks_in_all(1);
            judge.no_notices();
        })?;
        let late = report_with_key(stage, "report-1", "Carla Example").await?;
        if late == first { Ok(()) } else { Err(format!("after the end: {late:?}").into()) }
    });
}

#[test]
fn who_does_not_show_the_token_reports_nothing() {
    on_stage(Plot::new().setting(), async |stage: &Stage| {
        let request = reqwest::Client::new().post(format!("{}/webhook", stage.url())).json(&cast::report());
        let status = request.bearer_auth("another token").send().await?.status().as_u16();
        let calls = stage.network.trace().calls.len();
        if (status, calls) == (401, 0) { Ok(()) } else { Err(format!("answered {status}, {calls} calls").into()) }
    });
}

#[test]
fn everybody_sees_that_the_branch_is_in_use() {
    let plot = Plot::new();
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let id = play::report(stage, &cast::report()).await?;
        let status: Value = reqwest::get(format!("{}/api/status", stage.url())).await?.json().await?;
        let found = (status["status"].clone(), status.to_string().contains(&id));
        play::act(stage, &mut pace, &plot.acts).await?;
        hold_to(&end(stage, &mut pace, &id).await?, |judge| judge.outcome("connected"))?;
        if found == (json!("In Use"), false) { Ok(()) } else { Err(format!("{status}").into()) }
    });
}

#[test]
fn a_provider_that_is_too_busy_is_asked_again() {
    let refusal = RestEffect::Status { status: 429, code: None, retry_after: Some(2) };
    let plot = Plot { faults: vec![Fault::rest("CreateCall", refusal).times(2)], ..Plot::new() };
    crate::house::play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        let asked = judge.trace().requests.iter().filter(|it| it.operation.as_deref() == Some("CreateCall")).count();
        judge.expect(asked == 3, "asked three times", asked);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}
