//! The customer has no patience; the technician who accepts later gets the number.

use std::time::Duration;

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Act, Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "customer-hangs-up",
    about: "the customer hangs up on hold; the technician who accepts is told to call them",
    plot,
    judge,
};

fn plot() -> Plot {
    let hasty = Behaviour::default().hanging_up_on_hold_after(Duration::from_secs(4));
    let slow = Behaviour::answers_after_seconds(20).pressing(["1"]);
    Plot::new().phone(CUSTOMER, [hasty]).phone(TECHNICIAN, [slow]).acting([(2, Act::Call { from: CUSTOMER })])
}

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("customer_hung_up");
    judge.called(TECHNICIAN, 1);
    judge.called(SECOND, 0);
    judge.pressed(TECHNICIAN, "1");
    judge.held(CUSTOMER, 4..=4);
    judge.heard(TECHNICIAN, "The customer is no longer on the line");
    let told = judge.text_after(TECHNICIAN, "please call the customer");
    judge.expect(matches!(told, Some(20..=25)), "the number in writing at once", format!("{told:?} s"));
    judge.texted_number(TECHNICIAN, CUSTOMER);
    judge.talks_in_all(0);
    judge.no_notices();
}
