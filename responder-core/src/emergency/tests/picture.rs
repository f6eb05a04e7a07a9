//! The picture of the phases in ARCHITECTURE.md shows what the machine does: nothing more, nothing less.

use std::collections::BTreeSet;

use super::super::*;
use super::actions::{EVERYTHING, possible};
use super::world::{World, policy};

type Edge = (String, String);

#[test]
fn the_picture_of_the_phases_is_true() {
    let picture = include_str!("../../../../ARCHITECTURE.md");
    let drawn: BTreeSet<Edge> = picture.lines().filter_map(edge).collect();
    assert_eq!(walked(), drawn);
}

/// The phases that random emergencies went through, from the beginning to the end.
fn walked() -> BTreeSet<Edge> {
    let mut edges = BTreeSet::from([("[*]".to_owned(), "Seeking".to_owned())]);
    for seed in 1..400u64 {
        let mut dice = Dice(seed);
        let mut world = World::open(Policy { attempts_per_technician: 1, escalation_rounds: 1, ..policy() });
        for _ in 0..60 {
            let before = world.e.phase();
            step(&mut world, &mut dice);
            note(&mut edges, before, world.e.phase());
        }
    }
    edges.insert(("Concluded".to_owned(), "[*]".to_owned()));
    edges
}

fn step(world: &mut World, dice: &mut Dice) {
    if dice.roll(4) == 0 {
        world.next_deadline();
        return;
    }
    let inputs = possible(&world.e, EVERYTHING);
    world.input(inputs[dice.roll(inputs.len())].clone());
}

fn note(edges: &mut BTreeSet<Edge>, before: Phase, after: Phase) {
    if name(before) != name(after) {
        edges.insert((name(before).to_owned(), name(after).to_owned()));
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Seeking => "Seeking",
        Phase::Accepted => "Accepted",
        Phase::Closing { .. } => "Closing",
        Phase::Concluded { .. } => "Concluded",
    }
}

fn edge(line: &str) -> Option<Edge> {
    let (from, rest) = line.trim().split_once(" --> ")?;
    let to = rest.split(':').next()?;
    Some((from.to_owned(), to.trim().to_owned()))
}

/// xorshift64: the same walk for the same seed, on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}
