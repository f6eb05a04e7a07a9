//! What is texted, in both directions.

use responder::emergency::Policy;
use responder_sim::{Behaviour, Delivery};

use crate::{
    cast::{CUSTOMER, OFFICE, SECOND, TECHNICIAN, patient, policy, willing},
    house::play,
    play::{Act, Plot},
};

fn text(from: &'static str, body: &'static str) -> Act {
    Act::Text { from, body }
}

#[test]
fn a_text_that_is_refused_keeps_nobody_from_being_called() {
    let refused = |phone: Behaviour| Behaviour { sms: Delivery::Refused(21610), ..phone };
    let plot = Plot::new()
        .phone(TECHNICIAN, [refused(willing())])
        .phone(OFFICE, [Behaviour { sms: Delivery::Undelivered(30003), ..Behaviour::default() }]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        let written = judge.texts_to(TECHNICIAN).count();
        judge.expect(written == 0, "no text to the technician", written);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
    });
}

#[test]
fn without_calls_a_technician_accepts_by_text() {
    let plot = Plot { policy: Policy { auto_call: false, ..policy() }, ..Plot::new() };
    let acts = [(20, text(TECHNICIAN, "1")), (40, Act::Call { from: CUSTOMER })];
    play(&plot.acting(acts), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        judge.texted(TECHNICIAN, "is yours");
        judge.heard(TECHNICIAN, "Your customer is on the line");
        judge.called(SECOND, 0);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}

#[test]
fn without_calls_who_does_not_text_is_followed_by_the_next() {
    let plot = Plot { policy: Policy { auto_call: false, attempts_per_technician: 1, ..policy() }, ..Plot::new() };
    let acts = [(200, text(SECOND, "ok")), (220, Act::Call { from: CUSTOMER })];
    play(&plot.acting(acts), |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 0);
        judge.called(SECOND, 1);
        let asked = judge.text_after(SECOND, "Reply 1 to accept");
        judge.expect(asked.is_some(), "the second technician is asked by text", "no such text");
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn pass_by_text_calls_the_next_technician() {
    let plot = Plot::new()
        .phone(TECHNICIAN, [Behaviour::no_answer()])
        .acting([(2, Act::Call { from: CUSTOMER }), (8, text(TECHNICIAN, "PASS"))]);
    play(&plot, |judge| {
        judge.outcome("connected");
        judge.called(TECHNICIAN, 1);
        judge.texted(TECHNICIAN, "passed on");
        judge.called(SECOND, 1);
        judge.talked(SECOND, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn the_office_may_ask_where_things_stand() {
    let slow = Behaviour::answers_after_seconds(24).pressing(["1"]);
    let plot = Plot::new().phone(TECHNICIAN, [slow]).acting([
        (2, Act::Call { from: CUSTOMER }),
        (6, text(OFFICE, "STATUS")),
        (7, text("+15005550099", "STATUS")),
    ]);
    play(&plot, |judge| {
        judge.outcome("connected");
        let answers = judge.trace().messages.iter().filter(|it| it.direction == "outbound-reply");
        let to: Vec<&str> = answers.map(|it| it.to.as_str()).collect();
        judge.expect(to == [OFFICE], "the office is answered, and nobody else", format!("{to:?}"));
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.no_notices();
    });
}

#[test]
fn done_by_text_ends_an_emergency_whose_customer_did_not_call() {
    let plot = Plot::new().phone(CUSTOMER, [patient()]).acting([(120, text(TECHNICIAN, "DONE"))]);
    play(&plot, |judge| {
        judge.outcome("customer_never_called");
        judge.called(TECHNICIAN, 1);
        judge.texted(TECHNICIAN, "it is being closed");
        judge.texted_times(TECHNICIAN, "has not called us", 0);
        judge.talks_in_all(0);
        judge.no_notices();
    });
}

#[test]
fn of_two_who_accept_the_first_wins_and_the_other_is_told() {
    let slow = Behaviour::answers_after_seconds(20);
    let plot = Plot { policy: Policy { attempts_per_technician: 1, ..policy() }, ..Plot::new() };
    let plot = plot.phone(TECHNICIAN, [Behaviour::no_answer(), willing()]).phone(SECOND, [slow]);
    let acts = [(2, Act::Call { from: CUSTOMER }), (38, text(TECHNICIAN, "1")), (41, text(SECOND, "1"))];
    play(&plot.acting(acts), |judge| {
        judge.outcome("connected");
        judge.texted(TECHNICIAN, "is yours");
        judge.texted(SECOND, "someone else has accepted");
        judge.called(SECOND, 1);
        judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
        judge.talks_in_all(1);
        judge.no_notices();
    });
}
