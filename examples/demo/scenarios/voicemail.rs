//! A machine takes the first call. It presses no key, so nobody has accepted; on the second call somebody does.

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN, willing},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "voicemail",
    about: "the first call reaches a machine, and that is no acceptance; the second one reaches the technician",
    plot: || Plot::new().phone(TECHNICIAN, [Behaviour::voicemail(3, 8), willing()]),
    judge,
};

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 2);
    judge.pause_between_calls(TECHNICIAN, 5..=7);
    judge.called(SECOND, 0);
    judge.texted(TECHNICIAN, "reached your voicemail");
    let by_machine = judge.calls_to(TECHNICIAN).next().and_then(|call| call.answered_by.clone()).unwrap_or_default();
    judge.expect(by_machine.starts_with("machine"), "the first call answered by a machine", &by_machine);
    let with_machine = judge.calls_to(TECHNICIAN).next().map_or(0, |call| call.talks.len());
    judge.expect(with_machine == 0, "the customer is never put through to the machine", with_machine);
    judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.no_notices();
}
