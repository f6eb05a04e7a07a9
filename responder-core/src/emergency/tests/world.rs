//! Fixtures, and an emergency with the commands that are out.

use std::{sync::Arc, time::Duration};

use super::super::*;
use super::invariants;
use crate::{CallSid, CountryCode, E164, MessageSid, Timestamp};

pub(super) const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub(super) fn number(text: &str) -> E164 {
    text.parse().expect("a number of the fixtures")
}

pub(super) fn call(text: &str) -> CallSid {
    text.parse().expect("a call of the fixtures")
}

pub(super) fn message(text: &str) -> MessageSid {
    text.parse().expect("a message of the fixtures")
}

pub(super) fn first() -> E164 {
    number("+15005550001")
}

pub(super) fn second() -> E164 {
    number("+15005550002")
}

pub(super) fn recipient() -> E164 {
    number("+15005550009")
}

pub(super) fn customer() -> E164 {
    number("+15005550100")
}

pub(super) fn stranger() -> E164 {
    number("+15005550200")
}

pub(super) fn office() -> E164 {
    number("+15005550300")
}

pub(super) fn intake() -> Intake {
    let report = Report {
        chosen_phone: first().to_string(),
        customer_name: "Ada & <Sons>".into(),
        user_stated_callback_number: customer().to_string(),
        incident_address: "1 Test Street".into(),
        emergency_description_text: "A pipe burst.".into(),
    };
    Intake::check(report, CountryCode::new(1).expect("a country code")).expect("a report")
}

/// Two technicians, one recipient by text and one by mail.
pub(super) fn policy() -> Policy {
    Policy {
        escalation: vec![Contact::unnamed(second())],
        recipients: vec![Contact::unnamed(recipient())],
        recipient_emails: vec!["office@example.com".into()],
        ..Policy::default()
    }
}

pub(super) fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// An emergency under test. Every step goes through storage and back, and every invariant is checked on the way.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) e: Emergency,
    pub(super) now: Timestamp,
    pub(super) pending: Vec<Command>,
    pub(super) events: Vec<Event>,
    pub(super) commands: Vec<Command>,
    pub(super) reply: Reply,
}

impl World {
    pub(super) fn open(policy: Policy) -> Self {
        policy.validate().expect("a policy of the fixtures");
        let opened = Emergency::open(EmergencyId::new(START, 7), START, intake(), Arc::new(policy));
        let copies = opened.state.handle_input(START, Input::Timeout);
        let mut world = Self {
            e: opened.state.clone(),
            now: START,
            pending: Vec::new(),
            events: Vec::new(),
            commands: Vec::new(),
            reply: Reply::Nothing,
        };
        let commands = [opened.commands.clone(), copies.commands.clone()].concat();
        world.take(opened);
        world.take(copies);
        world.commands = commands;
        world
    }

    /// Handles one input, and returns what came of it.
    #[expect(clippy::needless_pass_by_value, reason = "so that tests can write inputs in place")]
    pub(super) fn input(&mut self, input: Input) -> Transition {
        let stored = serde_json::to_string(&self.e).expect("a state can be stored");
        let restored: Emergency = serde_json::from_str(&stored).expect("and restored");
        assert_eq!(restored, self.e, "storage loses nothing");
        let transition = restored.handle_input(self.now, input.clone());
        invariants::check(&self.e, self.now, &input, &transition);
        if let Input::CommandFinished { command, .. } = &input {
            self.pending.retain(|pending| pending.id != command.id);
        }
        self.take(transition.clone());
        transition
    }

    fn take(&mut self, transition: Transition) {
        self.e = transition.state;
        self.reply = transition.reply;
        self.pending.extend(transition.commands.iter().cloned());
        for event in &transition.events {
            let stored = serde_json::to_value(event).expect("an event can be stored");
            assert_eq!(stored["event"], event.name());
        }
        self.commands = transition.commands;
        self.events.extend(transition.events);
    }

    /// Lets time pass, stopping at every deadline on the way.
    pub(super) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(at) = self.e.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timeout);
        }
        self.now = end;
    }

    /// Goes to the next deadline; false when there is none.
    pub(super) fn next_deadline(&mut self) -> bool {
        let Some(at) = self.e.poll_timeout() else { return false };
        self.now = self.now.max(at);
        self.input(Input::Timeout);
        true
    }

    /// The newest command of a kind that is still out.
    pub(super) fn pending(&self, kind: CommandKind) -> Command {
        let newest = self.pending.iter().rev().find(|command| command.action.kind() == kind);
        newest.unwrap_or_else(|| panic!("no {kind:?} is out")).clone()
    }

    pub(super) fn finish(&mut self, kind: CommandKind, outcome: Outcome) -> Transition {
        let command = self.pending(kind);
        self.input(Input::CommandFinished { command, outcome })
    }

    pub(super) fn placed(&mut self, sid: &str) -> Transition {
        self.finish(CommandKind::PlaceCall, Outcome::CallPlaced { call: call(sid) })
    }

    pub(super) fn status(&mut self, attempt: u16, sid: &str, status: CallStatus) -> Transition {
        let duration = (status == CallStatus::Completed).then_some(secs(12));
        self.input(Input::CallStatus {
            attempt: AttemptNo(attempt),
            call: call(sid),
            status,
            duration,
            answered_by: None,
        })
    }

    pub(super) fn answered(&mut self, attempt: u16, sid: &str) -> Document {
        let step = self.step(attempt);
        self.input(Input::TechnicianAnswered { attempt: AttemptNo(attempt), call: call(sid), step });
        self.document()
    }

    pub(super) fn press(&mut self, attempt: u16, sid: &str, key: Key) -> Document {
        let step = self.step(attempt);
        self.input(Input::KeyPressed { attempt: AttemptNo(attempt), call: call(sid), step, key: Some(key) });
        self.document()
    }

    pub(super) fn waiting(&mut self, attempt: u16, sid: &str) -> Document {
        let step = self.step(attempt);
        self.input(Input::TechnicianWaiting { attempt: AttemptNo(attempt), call: call(sid), step });
        self.document()
    }

    pub(super) fn dial_ended(&mut self, attempt: u16, sid: &str, result: DialResult) -> Document {
        let step = self.step(attempt);
        self.input(Input::DialEnded { attempt: AttemptNo(attempt), call: call(sid), step, result, lasted: None });
        self.document()
    }

    pub(super) fn calls_in(&mut self, sid: &str, from: E164) -> Document {
        self.input(Input::CustomerCalled { call: call(sid), from: Some(from) });
        self.document()
    }

    pub(super) fn holds(&mut self, leg: u8, sid: &str) -> Document {
        self.input(Input::CustomerHolding { leg: LegNo(leg), call: call(sid) });
        self.document()
    }

    pub(super) fn joins(&mut self, leg: u8, sid: &str, agent: &str) -> Document {
        self.input(Input::CustomerJoined { leg: LegNo(leg), call: call(sid), agent: Some(call(agent)) });
        self.document()
    }

    pub(super) fn leaves_queue(&mut self, leg: u8, sid: &str, result: QueueResult, on_line: bool) -> Document {
        let step = self.e.legs()[usize::from(leg)].step;
        let result = Some(result);
        self.input(Input::HoldEnded { leg: LegNo(leg), call: call(sid), step, result, key: None, on_line });
        self.document()
    }

    pub(super) fn texts(&mut self, sid: &str, from: E164, keyword: Keyword) -> Reply {
        self.input(Input::TextReceived { message: message(sid), from, keyword });
        self.reply.clone()
    }

    pub(super) fn document(&self) -> Document {
        match &self.reply {
            Reply::Voice(voice) => voice.document,
            other => panic!("no document but {other:?}"),
        }
    }

    pub(super) fn stage(&self, attempt: usize) -> Stage {
        self.e.attempts()[attempt].stage
    }

    pub(super) fn outcome(&self) -> Option<Conclusion> {
        match self.e.phase() {
            Phase::Concluded { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    /// The actions of the last transition.
    pub(super) fn actions(&self) -> Vec<Action> {
        self.commands.iter().map(|command| command.action.clone()).collect()
    }

    fn step(&self, attempt: u16) -> Step {
        self.e.attempts()[usize::from(attempt)].step
    }
}
