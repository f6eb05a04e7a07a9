//! Nothing goes wrong: the technician accepts and stays on the line, the customer calls, the two talk.

use crate::{
    cast::{CUSTOMER, OFFICE, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "plain",
    about: "the technician accepts, the customer calls, the two talk",
    plot: Plot::new,
    judge,
};

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 1);
    judge.called(SECOND, 0);
    judge.pressed(TECHNICIAN, "1");
    judge.heard(TECHNICIAN, "12 Elm Street");
    judge.heard(CUSTOMER, "Please stay on the line");
    judge.held(CUSTOMER, 1..=60);
    judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.texted(TECHNICIAN, "Reply 1 to accept");
    judge.texted(OFFICE, "Calling");
    judge.no_notices();
}
