//! What technicians do, and do not do.

use std::time::Duration;

use responder::emergency::Policy;
use responder_sim::{Behaviour, Fault, HookKind, WebhookEffect};

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN, policy, willing},
    house::{hold_to, on_stage, play},
    play::{self, Act, Plot},
    stage::{Setting, Stage},
    timeline::{Style, Timeline},
};

#[test]
fn a_busy_technician_is_followed_by_the_next() {
    play(&Plot::new().phone(TECHNICIAN, [Behaviour::busy()]), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        judge.pause_between_calls(TECHNICIAN, 5..=7);
        judge.called(SECOND, 1);
        judge.texted_times(TECHNICIAN, "your line was busy", 2);
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_phone_that_can_not_be_reached_is_followed_by_the_next() {
    play(&Plot::new().phone(TECHNICIAN, [Behaviour::unreachable()]), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        judge.called(SECOND, 1);
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn who_presses_no_key_has_not_accepted() {
    play(&Plot::new().phone(TECHNICIAN, [Behaviour::answers_after_seconds(4), willing()]), |judge| {
        judge.outcome("connected");
        judge.heard(TECHNICIAN, "No key was pressed, so you have not accepted");
        judge.called(TECHNICIAN, 2);
        judge.called(SECOND, 0);
        judge.texted(TECHNICIAN, "Reply 1 to accept");
        judge.texted_times(TECHNICIAN, "You can still reply 1 to accept", 1);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn two_repeats_the_details() {
    play(&Plot::new().phone(TECHNICIAN, [Behaviour::answers_after_seconds(4).pressing(["2", "5", "1"])]), |judge| {
        judge.outcome("connected");
        judge.heard(TECHNICIAN, "Here it is again");
        judge.heard(TECHNICIAN, "That is not a valid option");
        judge.called(TECHNICIAN, 1);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn nine_passes_it_on_and_nobody_calls_them_again() {
    let passes = Behaviour::answers_after_seconds(4).pressing(["9"]);
    play(&Plot::new().phone(TECHNICIAN, [passes]), |judge| {
        judge.outcome("connected");
        judge.heard(TECHNICIAN, "You have passed it on");
        judge.called(TECHNICIAN, 1);
        judge.called(SECOND, 1);
        judge.heard(CUSTOMER, "Please stay on the line");
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_technician_who_waits_on_the_line_is_not_called_again() {
    play(&Plot::new().acting([(45, Act::Call { from: CUSTOMER })]), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        judge.heard(TECHNICIAN, "We are still waiting for the customer to call");
        judge.held(CUSTOMER, 1..=25);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn a_technician_who_has_hung_up_is_called_when_the_customer_is_there() {
    let leaves = willing().hanging_up_after(Duration::from_secs(8));
    let plot = Plot::new().phone(TECHNICIAN, [leaves, willing()]).acting([(60, Act::Call { from: CUSTOMER })]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        judge.called(SECOND, 0);
        judge.heard(TECHNICIAN, "Your customer is on the line");
        judge.held(CUSTOMER, 1..=30);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn a_machine_never_swallows_the_customer() {
    let leaves = willing().hanging_up_after(Duration::from_secs(8));
    let plot = Plot::new()
        .phone(TECHNICIAN, [leaves, Behaviour::voicemail(3, 8), Behaviour::voicemail(3, 8)])
        .acting([(60, Act::Call { from: CUSTOMER })]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 3);
        let talked = judge.talks(TECHNICIAN, CUSTOMER).count();
        judge.expect(talked == 0, "no talk with a machine", talked);
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn a_key_that_comes_after_the_end_of_the_call_still_counts() {
    let hasty = Behaviour::answers_after_seconds(4).pressing(["1"]).hanging_up_after(Duration::from_secs(2));
    let late = Fault::webhook(HookKind::Voice, WebhookEffect::Delay(Duration::from_secs(3))).with_field("Digits", "1");
    let plot = Plot { faults: vec![late], ..Plot::new().phone(TECHNICIAN, [hasty, willing()]) };
    play(&plot.acting([(30, Act::Call { from: CUSTOMER })]), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        judge.called(SECOND, 0);
        judge.heard(TECHNICIAN, "Your customer is on the line");
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
    });
}

#[test]
fn a_key_counts_while_the_next_technician_is_being_called() {
    let hasty = Behaviour::answers_after_seconds(4).pressing(["1"]).hanging_up_after(Duration::from_secs(2));
    let late = Fault::webhook(HookKind::Voice, WebhookEffect::Delay(Duration::from_secs(9))).with_field("Digits", "1");
    let rules = Policy { attempts_per_technician: 1, ..policy() };
    let plot = Plot { faults: vec![late], policy: rules, ..Plot::new() };
    let plot = plot.phone(TECHNICIAN, [hasty, willing()]).phone(SECOND, [Behaviour::no_answer()]);
    play(&plot.acting([(40, Act::Call { from: CUSTOMER })]), |judge| {
        judge.outcome("connected");
        judge.called(SECOND, 1);
        let rang = judge.calls_to(SECOND).next().and_then(|call| Some(call.ended?.since(call.created).as_secs()));
        judge.expect(matches!(rang, Some(0..=5)), "the second phone stops ringing", format!("{rang:?} s"));
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
    });
}

#[test]
fn a_technician_who_drops_out_can_be_had_again() {
    let drops = willing().hanging_up_talking_after(Duration::from_secs(20));
    let back = Behaviour::default().pressing_on_hearing("To be reconnected, press 1", "1");
    let back = back.hanging_up_talking_after(Duration::from_secs(45));
    let plot = Plot::new().phone(TECHNICIAN, [drops, willing()]).phone(CUSTOMER, [back]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        judge.heard(CUSTOMER, "To be reconnected, press 1");
        judge.talks_in_all(2);
        let lengths: Vec<u64> = judge
            .talks(TECHNICIAN, CUSTOMER)
            .map(|(_, talk)| talk.to.map_or(0, |to| to.since(talk.from).as_secs()))
            .collect();
        judge.expect(lengths == [20, 45], "talks of 20 and 45 s", format!("{lengths:?}"));
        judge.no_notices();
    });
}

#[test]
fn talks_are_recorded_after_a_notice() {
    let plot = Plot { policy: Policy { recording: true, ..policy() }, ..Plot::new() };
    let notice = "This call is recorded.";
    let setting = Setting { recording_notice: Some(notice.into()), ..plot.setting() };
    on_stage(setting, async |stage: &Stage| {
        let silent = &mut Timeline::new(Style::Silent);
        let record = play::play(stage, &plot, silent).await?;
        hold_to(&record, |judge| {
            judge.outcome("connected");
            judge.heard(CUSTOMER, notice);
            judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
            let kept: Vec<_> =
                judge.trace().recordings.iter().map(|it| (it.channels, it.duration, &*it.status)).collect();
            let holds = matches!(kept[..], [(2, Some(44..=46), "completed")]);
            judge.expect(holds, "one recording of both sides", format!("{kept:?}"));
            let told = &record.emergency["recordings"];
            judge.expect(told.as_array().is_some_and(|told| told.len() == 1), "operators see the recording", told);
            judge.no_notices();
        })
    });
}
