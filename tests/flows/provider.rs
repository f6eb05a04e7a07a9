//! What goes wrong between the provider and us.

use std::time::Duration;

use responder_sim::{Fault, HookKind, RestEffect, WebhookEffect, WebhookFault};

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN, willing},
    house::play,
    judge::Judge,
    play::{Act, Plot},
};

fn with(faults: impl IntoIterator<Item = Fault>) -> Plot {
    Plot { faults: faults.into_iter().collect(), ..Plot::new() }
}

fn hooks(kind: HookKind, url: &str, effect: WebhookEffect, times: u32) -> Fault {
    let mut fault = Fault::webhook(kind, effect).times(times);
    if let Fault::Webhook(WebhookFault { url_contains, .. }) = &mut fault {
        *url_contains = Some(url.to_owned());
    }
    fault
}

fn one_talk(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(SECOND, 0);
    judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
}

#[test]
fn a_document_that_is_lost_is_replaced_by_the_fallback() {
    for url in ["/technician_answer", "/technician_keys", "/incoming_twilio_call"] {
        play(&with([hooks(HookKind::Voice, url, WebhookEffect::Lose, 1)]), |judge| {
            one_talk(judge);
            judge.called(TECHNICIAN, 1);
            let used = judge.trace().webhooks(HookKind::VoiceFallback).count();
            judge.expect(used == 1, format!("one fallback for {url}"), used);
        });
    }
}

#[test]
fn a_document_with_a_wrong_signature_is_refused_and_the_fallback_helps() {
    play(&with([hooks(HookKind::Voice, "/technician_answer", WebhookEffect::WrongSignature, 1)]), |judge| {
        one_talk(judge);
        let refused = judge.trace().webhooks(HookKind::Voice).filter(|hook| hook.status == Some(403)).count();
        judge.expect(refused == 1, "one request refused", refused);
    });
}

#[test]
fn everything_may_come_twice() {
    let all = WebhookFault {
        kind: None,
        url_contains: None,
        fields: std::collections::BTreeMap::new(),
        times: 10_000,
        effect: WebhookEffect::Double,
    };
    play(&with([Fault::Webhook(all)]), |judge| {
        one_talk(judge);
        judge.called(TECHNICIAN, 1);
        judge.texted(TECHNICIAN, "Reply 1 to accept");
        judge.no_notices();
    });
}

#[test]
fn status_callbacks_may_all_be_lost() {
    let lost = Fault::webhook(HookKind::CallStatus, WebhookEffect::Lose).times(10_000);
    play(&with([lost]), |judge| {
        one_talk(judge);
        judge.called(TECHNICIAN, 1);
    });
}

#[test]
fn status_callbacks_may_be_late() {
    let late = Fault::webhook(HookKind::CallStatus, WebhookEffect::Delay(Duration::from_secs(12))).times(10_000);
    play(&with([late]), |judge| {
        one_talk(judge);
        judge.called(TECHNICIAN, 1);
    });
}

#[test]
fn an_answer_that_is_cut_off_places_no_second_call() {
    play(&with([Fault::rest("CreateCall", RestEffect::CutAfter)]), |judge| {
        one_talk(judge);
        judge.called(TECHNICIAN, 1);
    });
}

#[test]
fn a_call_that_nobody_told_us_of_is_found() {
    let lost = Fault::webhook(HookKind::CallStatus, WebhookEffect::Lose).times(10_000);
    let slow = responder_sim::Behaviour::answers_after_seconds(15).pressing(["1"]);
    let plot = with([Fault::rest("CreateCall", RestEffect::StatusAfter(500)), lost]).phone(TECHNICIAN, [slow]);
    play(&plot, |judge| {
        one_talk(judge);
        judge.called(TECHNICIAN, 1);
        let looked = judge.trace().requests.iter().filter(|it| it.operation.as_deref() == Some("ListCall")).count();
        judge.expect(looked >= 1, "it is looked for", looked);
    });
}

#[test]
fn of_two_calls_for_one_attempt_one_is_ended() {
    // The first call is created, but neither told nor found; so there is another one, and then the first one answers.
    let lost = Fault::webhook(HookKind::CallStatus, WebhookEffect::Lose).times(4);
    let unfound = Fault::rest("ListCall", RestEffect::status(400)).times(6);
    let slow = responder_sim::Behaviour::answers_after_seconds(22).pressing(["1"]);
    let plot = with([Fault::rest("CreateCall", RestEffect::CutAfter), lost, unfound])
        .phone(TECHNICIAN, [slow, willing()])
        .acting([(40, Act::Call { from: CUSTOMER })]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 2);
        let answered = judge.calls_to(TECHNICIAN).filter_map(|call| call.answered).min();
        let idle = judge.calls_to(TECHNICIAN).filter(|call| call.talks.is_empty());
        let after: Vec<_> = idle.map(|call| Some(call.ended?.since(answered?).as_secs())).collect();
        let expected = "the other call is ended within seconds of the first answer";
        judge.expect(matches!(after[..], [Some(0..=5)]), expected, format!("{after:?} s"));
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
    });
}

#[test]
fn a_provider_that_is_down_for_a_moment_loses_nothing() {
    play(&with([Fault::any_rest(RestEffect::CutBefore).times(4)]), |judge| {
        one_talk(judge);
        judge.texted(TECHNICIAN, "Reply 1 to accept");
    });
}
