//! Everybody is tried as often as may be, and nobody accepts.

use responder_sim::Behaviour;

use crate::{
    cast::{CUSTOMER, OFFICE, SECOND, TECHNICIAN},
    judge::Judge,
    play::{Plot, Scenario},
};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "nobody-accepts",
    about: "nobody picks up; the office is alerted, and the customer leaves a message",
    plot: || {
        let nobody = || [Behaviour::no_answer()];
        Plot::new().phone(TECHNICIAN, nobody()).phone(SECOND, nobody()).phone(CUSTOMER, [Behaviour::default()])
    },
    judge,
};

fn judge(judge: &mut Judge<'_>) {
    judge.outcome("voicemail");
    judge.called(TECHNICIAN, 4);
    judge.called(SECOND, 4);
    judge.texted_times(TECHNICIAN, "nobody answered", 4);
    judge.heard(CUSTOMER, "we have not reached a technician");
    judge.heard(CUSTOMER, "We have your message");
    judge.held(CUSTOMER, 180..=400);
    judge.talks_in_all(0);
    let messages = judge.trace().recordings.iter().filter(|recording| recording.source == "RecordVerb").count();
    judge.expect(messages == 1, "one message recorded", messages);
    judge.texted(OFFICE, "ALERT");
    judge.texted_number(OFFICE, CUSTOMER);
    judge.no_notices();
}
