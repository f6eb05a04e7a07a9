//! The first technician does not pick up, twice; the second one does.

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "no-answer",
    about: "the first technician picks up neither of two calls, the second one accepts",
    plot: || Plot::new().phone(TECHNICIAN, [Behaviour::no_answer()]),
    judge,
};

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 2);
    judge.pause_between_calls(TECHNICIAN, 5..=7);
    judge.called(SECOND, 1);
    judge.pressed(SECOND, "1");
    judge.texted_times(TECHNICIAN, "nobody answered", 2);
    judge.texted(SECOND, "Reply 1 to accept");
    judge.heard(CUSTOMER, "The first technician is not available");
    judge.held(CUSTOMER, 30..=120);
    judge.talked(SECOND, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.no_notices();
}
