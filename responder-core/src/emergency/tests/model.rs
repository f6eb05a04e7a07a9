//! A model check of the real `handle_input`: every order of every input, within bounds, none left out.
//!
//! What makes the space finite: times are counted from the last change, steps are kept modulo 2, commands are not
//! numbered, and what only the report needs is forgotten. Every transition is checked by the same invariants as the
//! random runs, so a state is reached only by transitions that hold them.

use std::sync::Arc;

use stateright::{Checker, Model, Property};

use super::super::Step as Number;
use super::super::state::{Record, SearchStep};
use super::super::*;
use super::actions::{Scope, possible};
use super::invariants;
use super::world::{START, World, customer, office, policy, secs};
use crate::Timestamp;

struct Flow {
    policy: Policy,
    scope: Scope,
    /// What has happened before the search begins: a search of so many steps gets that much further.
    before: fn(&mut World),
}

/// An input, or the passing of time up to the next deadline.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Now(Input),
    Later,
}

impl Model for Flow {
    type State = Emergency;
    type Action = Step;

    fn init_states(&self) -> Vec<Emergency> {
        let mut world = World::open(self.policy.clone());
        (self.before)(&mut world);
        vec![normal(world.e)]
    }

    fn actions(&self, e: &Emergency, actions: &mut Vec<Step>) {
        actions.extend(possible(e, self.scope).into_iter().map(Step::Now));
        if !e.is_concluded() {
            actions.push(Step::Later);
        }
    }

    fn next_state(&self, before: &Emergency, step: Step) -> Option<Emergency> {
        let (now, input) = match step {
            Step::Now(input) => (before.changed_at, input),
            Step::Later => (before.poll_timeout()?, Input::Timeout),
        };
        let transition = before.handle_input(now, input.clone());
        invariants::check(before, now, &input, &transition);
        Some(normal(transition.state))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn ends(e: &Emergency, conclusion: Conclusion) -> bool {
            matches!(e.phase, Phase::Concluded { outcome, .. } if outcome == conclusion)
        }
        vec![
            Property::always("an active emergency has a deadline", |_, e: &Emergency| {
                e.is_concluded() || e.poll_timeout().is_some_and(|at| at <= e.changed_at + e.policy.timing.check)
            }),
            Property::always("a waiting customer is being served", |_, e: &Emergency| {
                invariants::every_leg_has_a_future(e).is_ok()
            }),
            Property::sometimes("connected", |_, e| ends(e, Conclusion::Connected)),
            Property::sometimes("customer never called", |_, e| ends(e, Conclusion::CustomerNeverCalled)),
            Property::sometimes("customer hung up", |_, e| ends(e, Conclusion::CustomerHungUp)),
            Property::sometimes("voicemail", |_, e| ends(e, Conclusion::Voicemail)),
            Property::sometimes("unanswered", |_, e| ends(e, Conclusion::Unanswered)),
            Property::sometimes("cancelled", |_, e| ends(e, Conclusion::Cancelled)),
            Property::sometimes("failed", |_, e| ends(e, Conclusion::Failed)),
        ]
    }
}

impl Conclusion {
    const fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::CustomerNeverCalled => "customer never called",
            Self::CustomerHungUp => "customer hung up",
            Self::Voicemail => "voicemail",
            Self::Unanswered => "unanswered",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// The state without its history, at time zero.
fn normal(mut e: Emergency) -> Emergency {
    let base = e.changed_at;
    let shift = |at: &mut Timestamp| *at = START + at.since(base);
    e.changed_at = START;
    e.heartbeat = START + e.policy.timing.check;
    e.record = Record::default();
    e.annex = Arc::default();
    // Not the number that every earlier command has from now on.
    e.next_command = 1;
    e.customer_deadline.iter_mut().for_each(shift);
    match &mut e.phase {
        Phase::Closing { until, .. } => until.iter_mut().for_each(shift),
        Phase::Concluded { at, .. } => *at = START,
        Phase::Seeking | Phase::Accepted => {}
    }
    if let SearchStep::Due(at) | SearchStep::Texting(at) = &mut e.search.step {
        shift(at);
    }
    e.bridge.iter_mut().for_each(|bridge| shift(&mut bridge.until));
    if let Some(talk) = &mut e.talk {
        // A talk that lasted long enough stays one.
        talk.since = talk.since.max(base - e.policy.timing.shortest_talk);
        talk.since = START - base.since(talk.since);
        shift(&mut talk.until);
    }
    for attempt in &mut e.attempts {
        normal_attempt(attempt, base);
    }
    for leg in &mut e.legs {
        normal_leg(leg, base);
    }
    e
}

fn normal_attempt(attempt: &mut Attempt, base: Timestamp) {
    let shift = |at: Timestamp| START + at.since(base);
    attempt.times = AttemptTimes::default();
    attempt.talk = None;
    attempt.command = 0;
    attempt.step = Number(attempt.step.0 % 2);
    attempt.wait_until = attempt.wait_until.map(shift);
    attempt.watch.until = shift(attempt.watch.until);
    if let (Stage::Ended(end), true) = (attempt.stage, attempt.judged) {
        // How it ended has been dealt with; whether it may come back to life has not.
        let may_revive = matches!(end, End::Lost | End::GivenUp) && !attempt.revived;
        attempt.stage = Stage::Ended(if may_revive { End::Lost } else { End::Completed });
        attempt.watch = Watch::new(START, 0);
        attempt.wait_until = None;
        attempt.ending = false;
        (attempt.machine, attempt.pressed, attempt.passed) = (false, false, false);
        (attempt.confirmed, attempt.failed) = (false, false);
        attempt.placings = 1;
        attempt.repeats = 0;
        attempt.revived = !may_revive;
    }
}

fn normal_leg(leg: &mut Leg, base: Timestamp) {
    let shift = |at: Timestamp| START + at.since(base);
    leg.times = LegTimes::default();
    leg.step = Number(leg.step.0 % 2);
    leg.watch.until = shift(leg.watch.until);
    leg.hold_until = if leg.is_waiting() { shift(leg.hold_until) } else { START };
    if !leg.is_live() {
        leg.watch = Watch::new(START, 0);
    }
}

/// One unit of time for everything, so that deadlines fall together in every order that whole units allow.
fn coarse(mut policy: Policy) -> Policy {
    let unit = secs(10);
    policy.timing = Timing {
        ring: unit,
        text_acceptance: unit,
        between_attempts: unit,
        technician_wait: unit,
        hold_limit: unit * 2,
        customer_deadline: unit * 2,
        talk_limit: unit * 2,
        placing: unit,
        look_up: unit,
        ring_slack: unit,
        listening: unit,
        machine_grace: unit,
        answer: unit,
        leg_silence: unit,
        bridge: unit,
        leaving: unit,
        shortest_talk: unit,
        closing: unit,
        check: unit * 4,
    };
    policy.limits = Limits {
        look_ups: 1,
        placings: 1,
        fetches: 0,
        repeats: 0,
        bridges: 1,
        customer_calls: 1,
        stated_calls: 1,
        reconnects: 0,
    };
    policy.attempts_per_technician = 1;
    policy.escalation_rounds = 1;
    policy
}

/// Explores everything that `depth` steps can reach (everything at all, without one), and says how much that was.
/// `MODEL_DEPTH` in the environment goes deeper than a test run has time for.
fn explore(name: &str, depth: Option<usize>, goals: &[Conclusion], flow: Flow) {
    let asked = std::env::var("MODEL_DEPTH").ok().and_then(|depth| depth.parse().ok());
    let checker = match asked.or(depth) {
        Some(depth) => flow.checker().threads(2).target_max_depth(depth),
        None => flow.checker().threads(2),
    };
    let checker = checker.spawn_bfs().join();
    println!(
        "model check, {name}: {} states, {} transitions, depth {}{}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        if asked.or(depth).is_some() { " (bound)" } else { " (all)" }
    );
    checker.assert_no_discovery("an active emergency has a deadline");
    checker.assert_no_discovery("a waiting customer is being served");
    for goal in goals {
        checker.assert_any_discovery(goal.name());
    }
}

const QUIET: Scope =
    Scope { faults: false, customers: false, strangers: false, texts: false, repeats: false, coarse: true };

#[test]
fn one_technician_and_a_provider_that_fails() {
    let limits = Limits { placings: 2, fetches: 1, ..coarse(policy()).limits };
    let policy = Policy { escalation: Vec::new(), limits, ..coarse(policy()) };
    let scope = Scope { faults: true, repeats: true, ..QUIET };
    let goals = [Conclusion::Unanswered, Conclusion::Failed, Conclusion::CustomerNeverCalled];
    explore(
        "one technician, a provider that fails, nobody calls",
        None,
        &goals,
        Flow { policy, scope, before: |_| {} },
    );
}

#[test]
fn two_technicians_and_texts() {
    let scope = Scope { texts: true, ..QUIET };
    let goals = [Conclusion::Unanswered, Conclusion::Cancelled];
    explore(
        "two technicians, by call and by text",
        Some(8),
        &goals,
        Flow { policy: coarse(policy()), scope, before: |_| {} },
    );
}

#[test]
fn a_customer_is_held_and_connected() {
    let policy = Policy { escalation: Vec::new(), ..coarse(policy()) };
    let scope = Scope { customers: true, ..QUIET };
    let goals = [Conclusion::Connected, Conclusion::CustomerHungUp, Conclusion::Voicemail];
    explore("one technician, one call by the customer", Some(10), &goals, Flow { policy, scope, before: |_| {} });
}

#[test]
fn a_customer_is_transferred() {
    let transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered });
    let policy = Policy { escalation: Vec::new(), transfer, ..coarse(policy()) };
    let scope = Scope { customers: true, ..QUIET };
    let goals = [Conclusion::Connected, Conclusion::CustomerHungUp];
    let flow = Flow { policy, scope, before: accepted_and_held };
    explore("a general line, a customer on hold", Some(7), &goals, flow);
}

/// Talks that are taken up again, and a customer who calls twice.
#[test]
fn a_customer_comes_back() {
    let limits = Limits { reconnects: 1, stated_calls: 2, ..coarse(policy()).limits };
    let policy = Policy { escalation: Vec::new(), limits, ..coarse(policy()) };
    let scope = Scope { customers: true, ..QUIET };
    let goals = [Conclusion::Connected, Conclusion::CustomerHungUp];
    let flow = Flow { policy, scope, before: accepted_and_held };
    explore("one technician, a customer on hold who may call again", Some(7), &goals, flow);
}

/// The technician has pressed 1; then the customer has called, and waits.
fn accepted_and_held(world: &mut World) {
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
}
