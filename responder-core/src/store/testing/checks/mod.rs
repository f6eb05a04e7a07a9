//! The checks. Each takes a lab of its own and leaves it in any state.

mod audit;
mod branch;
mod commit;
mod deadline;
mod deliveries;
mod durable;
mod events;
mod lease;
mod newer;
mod opening;
mod outbox;
mod outcome;
mod own;
mod queue;
mod sessions;
mod settings;
mod unreadable;
mod users;

pub use audit::*;
pub use branch::*;
pub use commit::*;
pub use deadline::*;
pub use deliveries::*;
pub use durable::*;
pub use events::*;
pub use lease::*;
pub use newer::*;
pub use opening::*;
pub use outbox::*;
pub use outcome::*;
pub use own::*;
pub use queue::*;
pub use sessions::*;
pub use settings::*;
pub use unreadable::*;
pub use users::*;
