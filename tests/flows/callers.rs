//! Who calls the branch, and what becomes of them.

use std::time::Duration;

use responder::emergency::{Policy, Timing};
use responder_sim::{AfterMessage, Behaviour, DialIn, Message};
use serde_json::json;

use crate::{
    cast::{self, BRANCH, CUSTOMER, OFFICE, SECOND, TECHNICIAN, patient, policy, willing},
    house::{end, hold_to, on_stage, play},
    play::{self, Act, Plot},
    stage::{Setting, Stage},
};

const STRANGER: &str = "+15005550011";
const OTHER_CUSTOMER: &str = "+15005550012";

#[test]
fn a_customer_who_redials_goes_on_in_the_new_call() {
    let slow = Behaviour::answers_after_seconds(20).pressing(["1"]);
    let calls = [(2, Act::Call { from: CUSTOMER }), (15, Act::Call { from: CUSTOMER })];
    let plot = Plot::new().phone(TECHNICIAN, [slow]).phone(CUSTOMER, [Behaviour::default(), patient()]).acting(calls);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        judge.heard(CUSTOMER, "Please stay on your other call");
        let calls: Vec<_> = judge.trace().calls_from(CUSTOMER).map(|call| call.talks.len()).collect();
        judge.expect(calls == [0, 1], "the second call talks, the first does not", format!("{calls:?}"));
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_customer_who_hung_up_and_calls_again_goes_straight_on() {
    let hasty = Behaviour::default().hanging_up_on_hold_after(Duration::from_secs(4));
    let slow = Behaviour::answers_after_seconds(20).pressing(["1"]);
    let calls = [(2, Act::Call { from: CUSTOMER }), (70, Act::Call { from: CUSTOMER })];
    let plot = Plot::new().phone(TECHNICIAN, [slow, willing()]).phone(CUSTOMER, [hasty, patient()]).acting(calls);
    play(&plot, |judge| {
        judge.called(SECOND, 0);
        judge.texted(TECHNICIAN, "please call the customer");
        judge.outcome("connected");
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_stranger_is_told_so_and_the_customer_keeps_the_place() {
    let slow = Behaviour::answers_after_seconds(24).pressing(["1"]);
    let calls = [(2, Act::Call { from: CUSTOMER }), (14, Act::Call { from: STRANGER })];
    let plot = Plot::new().phone(TECHNICIAN, [slow]).acting(calls);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.heard(STRANGER, "All our technicians are helping other callers");
        judge.held(STRANGER, 0..=0);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn the_stated_customer_replaces_whoever_was_let_on_first() {
    let slow = Behaviour::answers_after_seconds(24).pressing(["1"]);
    let calls = [(2, Act::Call { from: STRANGER }), (14, Act::Call { from: CUSTOMER })];
    let plot = Plot::new().phone(TECHNICIAN, [slow]).acting(calls);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.held(STRANGER, 1..=30);
        judge.heard(STRANGER, "The person who reported this emergency is calling now");
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_withheld_number_is_let_on_when_nobody_else_holds() {
    let plot = Plot::new().phone("anonymous", [patient()]).acting([(10, Act::Call { from: "anonymous" })]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.held("anonymous", 1..=60);
        judge.talked(TECHNICIAN, "anonymous", 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn nobody_holds_for_ever_and_a_message_can_be_left() {
    let timing = Timing { hold_limit: Duration::from_secs(60), ..Timing::default() };
    let message = Message { length: Duration::from_secs(7), then: AfterMessage::Key('#') };
    let plot = Plot { policy: Policy { timing, ..policy() }, ..Plot::new() }
        .phone(TECHNICIAN, [Behaviour::no_answer()])
        .phone(SECOND, [Behaviour::no_answer(), willing()])
        .phone(CUSTOMER, [Behaviour { message, ..Behaviour::default() }]);
    play(&plot, |judge| {
        judge.outcome("voicemail");
        judge.held(CUSTOMER, 55..=75);
        judge.heard(CUSTOMER, "sorry for the long wait");
        judge.heard(CUSTOMER, "We have your message");
        let kept: Vec<_> = judge.trace().recordings.iter().map(|it| (it.source.as_str(), it.duration)).collect();
        judge.expect(kept == [("RecordVerb", Some(7))], "a message of 7 s", format!("{kept:?}"));
        judge.called(SECOND, 2);
        judge.heard(SECOND, "The customer is no longer on the line");
        judge.texted_number(SECOND, CUSTOMER);
        judge.talks_in_all(0);
        judge.no_notices();
    });
}

#[test]
fn a_caller_without_an_emergency_hears_a_plain_sentence() {
    on_stage(Plot::new().setting(), async |stage: &Stage| {
        let call = stage.network.dial(DialIn::new(STRANGER, BRANCH))?;
        stage.pace().pass(Duration::from_secs(60)).await;
        let trace = stage.network.trace();
        let heard = trace.call(&call).is_some_and(|call| call.heard_text("no open emergency"));
        if heard && trace.queues.is_empty() { Ok(()) } else { Err("no plain sentence".into()) }
    });
}

#[test]
fn a_caller_whose_emergency_was_not_answered_opens_it_again() {
    let nobody = || [Behaviour::no_answer()];
    let plot = Plot::new().phone(TECHNICIAN, nobody()).phone(SECOND, nobody()).acting([]);
    on_stage(plot.setting(), async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let first = play::report(stage, &cast::report()).await?;
        hold_to(&end(stage, &mut pace, &first).await?, |judge| {
            judge.outcome("unanswered");
            judge.texted(OFFICE, "ALERT");
        })?;
        stage.network.set_phone(TECHNICIAN, willing());
        stage.network.dial(DialIn::new(CUSTOMER, BRANCH))?;
        pace.pass(Duration::from_secs(2)).await;
        let (_, all) = stage.get("/api/emergencies").await?;
        let ids: Vec<&str> =
            all["emergencies"].as_array().into_iter().flatten().filter_map(|e| e["id"].as_str()).collect();
        let [again, old] = ids[..] else { return Err(format!("two emergencies expected: {ids:?}").into()) };
        if old != first {
            return Err("the old emergency is gone".into());
        }
        hold_to(&end(stage, &mut pace, again).await?, |judge| {
            judge.outcome("connected");
            judge.called(TECHNICIAN, 5);
            judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
            judge.talks_in_all(1);
            judge.no_notices();
        })
    });
}

#[test]
fn two_emergencies_are_kept_apart_by_the_number_of_the_caller() {
    let plot = Plot::new().phone(OTHER_CUSTOMER, [patient()]);
    let setting = Setting { max_active_emergencies: 2, ..plot.setting() };
    on_stage(setting, async |stage: &Stage| {
        let mut pace = stage.pace();
        plot.prepare(stage);
        let first = play::report(stage, &cast::report()).await?;
        let mut other = cast::report();
        other["chosen_phone"] = json!(SECOND);
        other["user_stated_callback_number"] = json!(OTHER_CUSTOMER);
        let second = play::report(stage, &other).await?;
        let (status, _) = stage.post("/webhook", &cast::report()).await?;
        if status != 503 {
            return Err(format!("a third one is answered {status}").into());
        }
        let calls = [(12, Act::Call { from: OTHER_CUSTOMER }), (14, Act::Call { from: CUSTOMER })];
        play::act(stage, &mut pace, &calls).await?;
        for id in [first, second] {
            hold_to(&end(stage, &mut pace, &id).await?, |judge| {
                judge.outcome("connected");
                judge.called(TECHNICIAN, 1);
                judge.called(SECOND, 1);
                judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
                judge.talked(SECOND, OTHER_CUSTOMER, 44..=46);
                judge.talks_in_all(2);
                judge.no_notices();
            })?;
        }
        Ok(())
    });
}

#[test]
fn who_calls_while_the_emergency_is_open_belongs_to_it() {
    on_stage(Plot::new().setting(), async |stage: &Stage| {
        let plot = Plot::new();
        let mut pace = stage.pace();
        plot.prepare(stage);
        let id = play::report(stage, &cast::report()).await?;
        stage.network.dial(DialIn::new(CUSTOMER, BRANCH))?;
        pace.pass(Duration::from_secs(14)).await;
        let now = play::look(stage, &id).await?;
        let legs = now.emergency["legs"].as_array().map_or(0, Vec::len);
        if legs != 1 {
            return Err(format!("{legs} legs").into());
        }
        end(stage, &mut pace, &id).await.map(drop)
    });
}
