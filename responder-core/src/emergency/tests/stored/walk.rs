//! Emergencies that meet everything that can be stored.

use std::collections::HashSet;

use super::super::super::*;
use super::super::{
    actions::{EVERYTHING, possible},
    picture::Dice,
    transitions::{accepted, bridge::given_up_while_connecting, bridging, connecting, talking},
    world::{World, call, customer, message, office, policy, secs},
};
use super::{
    row::{Read, Row, What},
    variants::Seen,
};
use crate::{
    CountryCode,
    store::{Availability, Card},
};

const WALKS: usize = 3_000;
const STEPS: usize = 5;
const SAMPLE: usize = 16;

/// Every value that showed something new, in the order of the kinds; the same at every run.
///
/// Emergencies go on at random from where there was something new, so that each small step leads further.
pub(super) fn rows() -> Vec<Row> {
    let mut album = Album::default();
    let mut dice = Dice(1);
    let mut groups: Vec<Vec<World>> = (0..POLICIES).map(|which| vec![World::open(policy_of(which))]).collect();
    groups.push(vec![accepted(), bridging(), connecting(), talking()]);
    groups.push(rare());
    album.show(&Read::Card(Card::of(&groups[0][0].e)));
    groups.iter_mut().flatten().for_each(|world| album.begin(world));
    for _ in 0..WALKS {
        let which = dice.roll(groups.len());
        let group = &mut groups[which];
        // What was found last is looked at most.
        let from = if dice.roll(2) == 0 { group.len().saturating_sub(8) } else { 0 };
        let mut world = group[from + dice.roll(group.len() - from)].clone();
        for _ in 0..STEPS {
            step(&mut world, &mut dice, &mut album);
            if album.look_at(&mut world) {
                group.push(world.clone());
            }
        }
    }
    for line in [Line::Attempt(AttemptNo(1)), Line::Leg(LegNo(2)), Line::Stray(AttemptNo(3))] {
        album.keep(&Read::Line(line));
    }
    for availability in [Availability::Enabled, Availability::Disabled] {
        album.keep(&Read::Availability(availability));
    }
    album.rows.sort_by_key(|row| row.what);
    album.rows
}

/// What a walk at random would take long to find.
fn rare() -> Vec<World> {
    let mut late = given_up_while_connecting();
    late.joins(0, "CC0", "CA0");
    // A call that does not end, and nobody confirms that it has.
    let mut silent = accepted();
    silent.input(Input::Cancelled);
    silent.wait(secs(600));
    let mut often = accepting(Policy { limits: Limits { stated_calls: 1, ..Limits::default() }, ..policy() });
    often.calls_in("CC0", customer());
    often.calls_in("CC1", customer());
    let mut transfer = accepting(policy_of(TRANSFER));
    transfer.calls_in("CC0", customer());
    transfer.holds(0, "CC0");
    let mut refused = World::open(Policy { escalation: Vec::new(), ..policy() });
    refused.finish(CommandKind::PlaceCall, Outcome::Rejected { code: Some(21211), reason: "no such number".into() });
    refused.wait(secs(300));
    let timing = Timing { hold_limit: secs(30), ..Timing::default() };
    let mut long = World::open(Policy { timing, ..policy() });
    long.calls_in("CC0", customer());
    long.holds(0, "CC0");
    long.wait(secs(30));
    vec![late, silent, often, transfer, refused, long]
}

/// The technician has accepted on the phone.
fn accepting(policy: Policy) -> World {
    let mut world = World::open(policy);
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world
}

/// Values that are worth keeping.
#[derive(Default)]
struct Album {
    rows: Vec<Row>,
    seen: Seen,
    shapes: HashSet<(What, u64)>,
    shown: usize,
}

impl Album {
    /// Keeps the state, events and commands that are new; true if any is.
    fn look_at(&mut self, world: &mut World) -> bool {
        let before = self.rows.len();
        self.show(&Read::State(Box::new(world.e.clone())));
        world.events.drain(..).for_each(|event| self.show(&Read::Event(event)));
        world.commands.drain(..).for_each(|command| self.show(&Read::Command(command)));
        self.rows.len() > before
    }

    /// Keeps a value that has a variant that none before it had, or a type in a field.
    fn show(&mut self, read: &Read) {
        let variants = self.seen.0.len();
        read.note(&mut self.seen);
        let has_variant = self.seen.0.len() > variants;
        self.shown += 1;
        // Types are looked at in a sample: that takes time.
        if !has_variant && !self.shown.is_multiple_of(SAMPLE) && matches!(read, Read::State(_)) {
            return;
        }
        let (shapes, row) = (self.shapes.len(), Row::of(read));
        self.shapes.extend(row.shapes());
        if has_variant || self.shapes.len() > shapes {
            self.rows.push(row);
        }
    }

    fn begin(&mut self, world: &mut World) {
        let _ = self.look_at(world);
    }

    fn keep(&mut self, read: &Read) {
        read.note(&mut self.seen);
        self.rows.push(Row::of(read));
    }
}

fn step(world: &mut World, dice: &mut Dice, album: &mut Album) {
    if dice.roll(4) == 0 {
        world.next_deadline();
        return;
    }
    let mut inputs = possible(&world.e, EVERYTHING);
    inputs.extend(outcomes(world));
    inputs.extend(notices(world));
    let input = inputs.swap_remove(dice.roll(inputs.len()));
    if let Input::CommandFinished { outcome, .. } | Input::LateOutcome { outcome, .. } = &input {
        album.show(&Read::Outcome(outcome.clone()));
    }
    world.input(input);
}

const POLICIES: u8 = 6;
const TRANSFER: u8 = 3;

/// Policies in turn, so that each setting is met.
fn policy_of(which: u8) -> Policy {
    let mut policy = Policy { attempts_per_technician: 1, escalation_rounds: 1, ..policy() };
    policy.escalation[0].name = Some("Bo".into());
    match which {
        0 => policy.confirmation = Confirmation::Human,
        1 => policy.confirmation = Confirmation::Answered,
        2 => policy.auto_call = false,
        TRANSFER => policy.transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered }),
        4 => policy.allowed_countries.extend(CountryCode::new(1)),
        _ => {
            policy.escalation_rounds = 4;
            policy.timing.hold_limit = secs(60);
            (policy.limits.stated_calls, policy.limits.customer_calls) = (2, 1);
        }
    }
    policy.own_numbers = vec!["+15005550006".parse().expect("a number")];
    policy
}

/// How the commands that are out may end.
fn outcomes(world: &World) -> impl Iterator<Item = Input> {
    let ended = |command: &Command| {
        let outcomes = match &command.action {
            Action::PlaceCall { .. } => vec![Outcome::NotConfigured, Outcome::Abandoned],
            Action::FetchCall { .. } => vec![
                Outcome::CallMissing,
                Outcome::Unavailable { reason: "too many requests".into() },
                Outcome::CallFetched { status: CallStatus::Queued },
                Outcome::CallFetched { status: CallStatus::Initiated },
                Outcome::CallFetched { status: CallStatus::Busy },
                Outcome::CallFetched { status: CallStatus::NoAnswer },
                Outcome::CallFetched { status: CallStatus::Failed },
                Outcome::CallFetched { status: CallStatus::Canceled },
            ],
            Action::FindCall { .. } => vec![Outcome::CallNotFound],
            Action::EndCall { .. } => vec![Outcome::CallEnded, Outcome::CallMissing],
            Action::SendText { .. } => vec![
                Outcome::MessageSent { message: message(&format!("SM{}", 100 + command.id.number)) },
                Outcome::Rejected { code: None, reason: "unsubscribed".into() },
                Outcome::Unknown,
            ],
            Action::SendMail { .. } => vec![Outcome::Done, Outcome::NotConfigured],
            Action::DeleteQueue { .. } => vec![Outcome::Done],
        };
        let command = command.clone();
        outcomes.into_iter().map(move |outcome| Input::CommandFinished { command: command.clone(), outcome })
    };
    world.pending.iter().flat_map(ended).collect::<Vec<_>>().into_iter()
}

/// What else the provider may let us know.
fn notices(world: &World) -> Vec<Input> {
    let mut notices = vec![Input::FallbackUsed { call: call("CA0"), code: Some(11200) }];
    for delivery in [Delivery::Sent, Delivery::Delivered, Delivery::Failed(Some(30003)), Delivery::Failed(None)] {
        notices.push(Input::TextStatus { message: message("SM100"), delivery });
    }
    let recording = || "RE1".parse().expect("a recording");
    let ready = |leg: &Leg| Input::RecordingReady { call: leg.call.clone(), recording: recording(), duration: secs(9) };
    notices.extend(world.e.legs().iter().map(ready));
    notices
}
