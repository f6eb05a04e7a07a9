//! Talks, and how they end.

use super::super::super::*;
use super::super::world::*;
use super::talking;

#[test]
fn a_talk_that_breaks_off_is_offered_again() {
    let mut world = talking();
    world.wait(secs(5));
    world.status(1, "CA1", CallStatus::Completed);
    assert!(matches!(world.e.phase(), Phase::Closing { because: ClosingBecause::TalkOver, .. }));
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), Document::OfferReconnect);
    let step = world.e.legs()[0].step;
    let key = Some(Key::One);
    world.input(Input::HoldEnded { leg: LegNo(0), call: call("CC0"), step, result: None, key, on_line: true });
    assert_eq!(world.document(), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.holds(0, "CC0");
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
}

#[test]
fn a_customer_who_calls_again_at_the_end_is_connected_again() {
    let mut world = talking();
    world.wait(secs(60));
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    assert!(matches!(world.e.phase(), Phase::Closing { .. }));
    assert_eq!(world.calls_in("CC1", customer()), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
}

#[test]
fn the_longest_talk_is_watched_and_ends() {
    let mut world = talking();
    let limit = world.e.policy().timing.talk_limit;
    let end = world.now + limit;
    let mut looks = 0;
    while world.now < end {
        assert!(world.next_deadline(), "a talk is always watched");
        let asked: Vec<_> =
            world.pending.iter().filter(|c| c.action.kind() == CommandKind::FetchCall).cloned().collect();
        for command in asked {
            looks += 1;
            world.input(Input::CommandFinished {
                command,
                outcome: Outcome::CallFetched { status: CallStatus::InProgress },
            });
        }
    }
    assert!(looks >= 2 * 15, "both calls, every quarter of an hour: {looks}");
    let ends = world.pending.iter().filter(|command| command.action.kind() == CommandKind::EndCall).count();
    assert_eq!(ends, 2, "both calls are ended");
}
