//! Logs in files: the only part of the timeline that touches a disk. Everything here blocks.

mod archive;
mod follow;
mod lock;
mod seen;
mod tail;
#[cfg(test)]
mod tests;
mod trouble;
mod windows;
mod writer;

pub use archive::{Archived, archives};
pub use follow::{Followed, Follower};
pub use lock::LogLock;
pub use tail::{last_position, recent};
pub use trouble::{Failure, failure_since};
pub use writer::{Fsync, LogFile, LogSettings};
