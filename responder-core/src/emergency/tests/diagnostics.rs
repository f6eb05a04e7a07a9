//! What diagnostics show: no number, no name, no place, nothing that anybody said.

use super::super::*;
use super::world::*;

/// Parts of what the fixtures hold, and what a provider may answer.
const SECRETS: [&str; 6] = ["5005550", "Ada", "Dana", "Test Street", "pipe", "office@"];

fn shown(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is shown in {text}");
    }
}

/// An emergency with everything in it, each step of the way, and each input.
#[test]
fn debug_shows_nothing_about_people() {
    let dana = Contact { name: Some("Dana".into()), number: second() };
    let policy = Policy { escalation: vec![dana.clone()], recipients: vec![dana], ..policy() };
    let mut world = World::open(policy);
    shown(&format!("{:?}{:?}{:?}", world.e, world.events, world.commands));
    let steps = [
        Input::CustomerCalled { call: call("CC0"), from: Some(customer()) },
        Input::CustomerHolding { leg: LegNo(0), call: call("CC0") },
        Input::CommandFinished {
            command: world.pending(CommandKind::PlaceCall),
            outcome: Outcome::Rejected { code: Some(21211), reason: "+15005550001 (Dana) is no number".into() },
        },
        Input::CommandFinished {
            command: world.pending(CommandKind::SendText),
            outcome: Outcome::Unavailable { reason: "+15005550002 is busy".into() },
        },
        Input::CommandFinished {
            command: world.pending(CommandKind::SendMail),
            outcome: Outcome::Rejected { code: None, reason: "office@example.com is unknown".into() },
        },
        Input::CallStatus {
            attempt: AttemptNo(0),
            call: call("CA0"),
            status: CallStatus::NoAnswer,
            duration: None,
            answered_by: None,
        },
        Input::TextReceived { message: message("SM0"), from: first(), keyword: Keyword::Status },
        Input::Cancelled,
    ];
    for input in steps {
        shown(&format!("{input:?}"));
        let transition = world.input(input);
        shown(&format!("{transition:?}"));
    }
    while world.next_deadline() {
        shown(&format!("{:?}{:?}{:?}{:?}", world.e, world.events, world.commands, world.reply));
    }
    let errors = world.events.iter().filter(|event| format!("{event:?}").ends_with("error")).count();
    assert_eq!(errors, 2, "what is not shown is there: {:?}", world.events);
    shown(&format!(
        "{:?}{:?}{:?}",
        intake(),
        world.e.policy(),
        Report { customer_name: "Ada".into(), ..Report::default() }
    ));
}
