//! What drives emergencies on: time, and later the dispatcher.

mod clock;

pub use clock::{Clock, ManualClock, SystemClock};
