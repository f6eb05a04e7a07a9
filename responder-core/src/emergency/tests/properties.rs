//! Random sequences of inputs, each step stored and restored, every invariant checked at every step.

use proptest::prelude::*;

use super::super::*;
use super::actions::{EVERYTHING, possible};
use super::world::{World, office, policy};

fn policies() -> impl Strategy<Value = Policy> {
    let confirmation =
        prop_oneof![Just(Confirmation::KeyPress), Just(Confirmation::Human), Just(Confirmation::Answered)];
    let transfer = proptest::option::of(confirmation.clone());
    (confirmation, transfer, 1..3u8, 1..3u8, any::<bool>()).prop_map(
        |(confirmation, transfer, tries, rounds, calls)| Policy {
            confirmation,
            transfer: transfer.map(|confirmation| Transfer { target: office(), confirmation }),
            attempts_per_technician: tries,
            escalation_rounds: rounds,
            auto_call: calls,
            ..policy()
        },
    )
}

/// One step: what happens (chosen among what may), and how far towards the next deadline time passes before it.
#[derive(Clone, Copy, Debug)]
struct Choice {
    which: u16,
    time: u8,
}

fn choices(most: usize) -> impl Strategy<Value = Vec<Choice>> {
    let choice = (any::<u16>(), any::<u8>()).prop_map(|(which, time)| Choice { which, time });
    proptest::collection::vec(choice, 1..most)
}

fn take(world: &mut World, choice: Choice) {
    // One in four lets the next deadline pass; the others happen at once, or part of the way to it.
    if choice.time < 64 {
        world.next_deadline();
        return;
    }
    if let Some(at) = world.e.poll_timeout().filter(|_| choice.time > 200) {
        let ahead = at.since(world.now);
        world.now = world.now + ahead.mul_f64(f64::from(choice.time - 200) / 60.0);
    }
    let inputs = possible(&world.e, EVERYTHING);
    let input = inputs[usize::from(choice.which) % inputs.len()].clone();
    world.input(input);
}

/// Lets everything be silent until the end.
fn silence(world: &mut World) {
    let mut steps = 0;
    while world.next_deadline() {
        steps += 1;
        assert!(steps < 20_000, "it never ends: {:#?}", world.e);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_the_invariants_and_ends(policy in policies(), choices in choices(60)) {
        let mut world = World::open(policy);
        for choice in choices {
            take(&mut world, choice);
        }
        silence(&mut world);
        prop_assert!(world.e.is_concluded());
        let ends = world.events.iter().filter(|event| matches!(event, Event::EmergencyConcluded(_))).count();
        prop_assert_eq!(ends, 1);
    }

    #[test]
    fn the_end_comes_within_the_worst_case(policy in policies(), choices in choices(150)) {
        let bound = policy.worst_case(2);
        let mut world = World::open(policy);
        let opened = world.now;
        for choice in choices {
            take(&mut world, choice);
        }
        silence(&mut world);
        prop_assert!(world.now.since(opened) <= bound, "{:?} > {bound:?}", world.now.since(opened));
    }

    #[test]
    fn status_callbacks_of_one_call_commute(
        policy in policies(),
        choices in choices(20),
        order in Just(vec![CallStatus::Initiated, CallStatus::Ringing, CallStatus::InProgress]).prop_shuffle(),
        last in prop_oneof![Just(CallStatus::Completed), Just(CallStatus::Busy), Just(CallStatus::NoAnswer)],
        place in 0..4usize,
        verdict in proptest::option::of(prop_oneof![Just(AnsweredBy::Human), Just(AnsweredBy::Machine)]),
    ) {
        let mut world = World::open(policy);
        for choice in choices {
            take(&mut world, choice);
        }
        let attempt = world.e.attempt_numbers().last();
        let Some(attempt) = attempt else { return Ok(()) };
        let call = world.e.attempt(attempt).and_then(|a| a.call.clone());
        let call = call.unwrap_or_else(|| super::world::call("CA77"));
        let send = |world: &mut World, status: CallStatus| {
            let duration = (status == CallStatus::Completed).then_some(super::world::secs(30));
            let answered_by = verdict.filter(|_| !matches!(status, CallStatus::Initiated | CallStatus::Ringing));
            world.input(Input::CallStatus { attempt, call: call.clone(), status, duration, answered_by });
        };
        let mut straight = world.clone();
        for status in [CallStatus::Initiated, CallStatus::Ringing, CallStatus::InProgress, last] {
            send(&mut straight, status);
        }
        // After a conclusion callbacks have no effect, not even on the record.
        if straight.e.is_concluded() {
            return Ok(());
        }
        let mut shuffled = order;
        shuffled.insert(place.min(shuffled.len()), last);
        for status in shuffled {
            send(&mut world, status);
        }
        prop_assert_eq!(world.e, straight.e);
    }
}
