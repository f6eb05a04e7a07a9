//! An emergency on a page: what goes on, its calls as a picture, its timeline in words.

mod icon;
mod seen;
#[cfg(feature = "admin")]
mod told;
mod view;
mod words;

pub(crate) use seen::Seen;
#[cfg(feature = "admin")]
pub(crate) use seen::SeenPhase;
pub(crate) use view::{EmergencyView, millis};
#[cfg(feature = "admin")]
pub(crate) use view::{Moment, day_and_clock, moments, running, title};
#[cfg(feature = "admin")]
pub(crate) use words::{Who, grade, outcome};
