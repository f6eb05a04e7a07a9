//! The technician accepts by text while their phone is still ringing. The call is not withdrawn: it connects.

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Act, Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "sms-accept",
    about: "the technician accepts by text while their phone rings, picks up, and is connected",
    plot,
    judge,
};

fn plot() -> Plot {
    let acts = [(2, Act::Call { from: CUSTOMER }), (12, Act::Text { from: TECHNICIAN, body: "1" })];
    Plot::new().phone(TECHNICIAN, [Behaviour::answers_after_seconds(20)]).acting(acts)
}

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("connected");
    judge.called(TECHNICIAN, 1);
    judge.called(SECOND, 0);
    judge.texted(TECHNICIAN, "is yours");
    let pressed = judge.calls_to(TECHNICIAN).map(|call| call.pressed.len()).sum::<usize>();
    judge.expect(pressed == 0, "no key is needed", pressed);
    judge.not_heard(TECHNICIAN, "To accept, press 1");
    judge.held(CUSTOMER, 5..=60);
    judge.talked(TECHNICIAN, CUSTOMER, 44..=46);
    judge.talks_in_all(1);
    judge.no_notices();
}
