//! The technician accepts and hangs up, and then does not answer when the customer is there; somebody else is found.

use std::time::Duration;

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN, willing},
    judge::Judge,
    play::{Act, Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "bridge-fails",
    about: "the technician accepts, but answers no call when the customer is on hold; the next one does",
    plot,
    judge,
};

fn plot() -> Plot {
    let accepts_and_leaves = willing().hanging_up_after(Duration::from_secs(10));
    Plot::new()
        .phone(TECHNICIAN, [accepts_and_leaves, Behaviour::no_answer()])
        .acting([(40, Act::Call { from: CUSTOMER })])
}

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 3);
    judge.called(SECOND, 1);
    judge.pressed(TECHNICIAN, "1");
    judge.pressed(SECOND, "1");
    judge.texted(TECHNICIAN, "could not connect you");
    judge.texted(SECOND, "Reply 1 to accept");
    judge.heard(CUSTOMER, "We are calling another one");
    judge.held(CUSTOMER, 50..=180);
    judge.talked(SECOND, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.no_notices();
}
