//! Logs in files: the only part of the timeline that touches a disk. Everything here blocks.

mod archive;
mod follow;
mod lock;
mod tail;
#[cfg(test)]
mod tests;
mod writer;
mod zone;

pub use archive::{Archived, archives};
pub use follow::{Followed, Follower};
pub use lock::LogLock;
pub use tail::{Failure, failure_since, last_position, recent};
pub use writer::{Fsync, LogFile, LogSettings};
pub use zone::{LogZone, UnknownZone};
