//! The technician accepts, but the customer never calls.

use crate::{
    cast::{CUSTOMER, OFFICE, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "customer-never-calls",
    about: "the technician accepts, but the customer does not call within half an hour",
    plot: || Plot::new().acting([]),
    judge,
};

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("customer_never_called");
    judge.called(TECHNICIAN, 1);
    judge.called(SECOND, 0);
    judge.pressed(TECHNICIAN, "1");
    judge.heard(TECHNICIAN, "The customer has not called yet");
    judge.heard(TECHNICIAN, "The customer still has not called");
    judge.texted(TECHNICIAN, "the customer has not called us");
    judge.texted_number(TECHNICIAN, CUSTOMER);
    let reminded = judge.text_after(TECHNICIAN, "has not called us");
    judge.expect(matches!(reminded, Some(1790..=1830)), "the reminder half an hour later", format!("{reminded:?} s"));
    judge.texted(OFFICE, "ALERT");
    judge.talks_in_all(0);
    judge.no_notices();
}
