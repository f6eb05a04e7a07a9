//! Customers of this branch talk to its general line, once a technician has accepted.

use responder::emergency::{Confirmation, Policy, Transfer};
use responder_sim::Behaviour;

use crate::{
    cast::{AUTOMATED, CUSTOMER, GENERAL_LINE, SECOND, TECHNICIAN, contact, policy},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "transfer",
    about: "the technician accepts, and the customer is put through to the general line",
    plot,
    judge,
};

fn plot() -> Plot {
    let transfer = Transfer { target: contact(None, GENERAL_LINE).number, confirmation: Confirmation::Answered };
    let plot = Plot::new().phone(GENERAL_LINE, [Behaviour::answers_after_seconds(6)]);
    Plot { policy: Policy { transfer: Some(transfer), ..policy() }, ..plot }
}

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 1);
    judge.called(SECOND, 0);
    judge.called(GENERAL_LINE, 1);
    judge.heard(TECHNICIAN, "The customer will be connected to the main line");
    judge.heard(GENERAL_LINE, "Connecting an emergency call");
    let shown = judge.calls_to(GENERAL_LINE).next().map(|call| call.from.clone()).unwrap_or_default();
    judge.expect(shown == AUTOMATED, format!("the general line sees {AUTOMATED}"), shown);
    judge.held(CUSTOMER, 1..=60);
    judge.talked(GENERAL_LINE, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.no_notices();
}
