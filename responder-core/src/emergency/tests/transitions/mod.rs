//! The happy path and every row of "everything that goes wrong", with literal outputs.

mod accept;
pub(super) mod bridge;
mod closing;
mod customer;
mod notify;
mod provider;
mod talk;

use super::super::*;
use super::world::*;

/// The technician is on the phone and has heard the details.
fn answered() -> World {
    let mut world = World::open(policy());
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::Ringing);
    assert_eq!(world.answered(0, "CA0"), Document::Details { lead: Lead::First });
    world
}

/// The technician has accepted, and waits on the line.
pub(super) fn accepted() -> World {
    let mut world = answered();
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedWait);
    world
}

/// The technician has accepted and hung up; the customer holds; a bridge call is out.
pub(super) fn bridging() -> World {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.calls_in("CC0", customer()), Document::Hold);
    assert_eq!(world.holds(0, "CC0"), Document::Music { news: News::Accepted });
    world
}

/// The bridge call is told to connect them.
pub(super) fn connecting() -> World {
    let mut world = bridging();
    world.placed("CA1");
    assert_eq!(world.answered(1, "CA1"), Document::ConfirmBridge);
    assert_eq!(world.press(1, "CA1", Key::One), Document::Connect { leg: LegNo(0) });
    world
}

/// The two talk, on a bridge call.
pub(super) fn talking() -> World {
    let mut world = connecting();
    assert_eq!(world.joins(0, "CC0", "CA1"), Document::Joining);
    world
}
