//! The log of a branch: written, read and followed.
//!
//! # The format
//! A log is a text of blocks, each with a title, a time and a payload, which in a log of ours is one event as JSON:
//!
//! ```text
//!
//! --- SMS_SENT ---
//! 2026-01-15 15:45:12.123456-07:00 - {"event":"sms_sent","id":17,…,"data":{"to":"+15005550001",…}}
//! ```
//!
//! ```text
//! log       = anything block*
//! block     = "\n--- " title " ---\n" body           up to the next block, or to the end
//! title     = any bytes but "\n"
//! body      = (line "\n")* time " - " payload "\n"    the first time that begins a line is that of the block
//! time      = "YYYY-MM-DD HH:MM:SS" fraction? zone?
//! fraction  = ("." | ",") digit+
//! zone      = "Z" | " "? ("+" | "-") "HH" ":"? "MM" (":SS")?
//! ```
//!
//! What we write has a time as above, with six digits and a zone, at the beginning of the body. In a title a backslash
//! is written as `\\`, line breaks as `\n` and `\r`; in a payload each line break is followed by a tab. So nothing that
//! is in them can begin a block.
//!
//! # How it is read
//! By the rules of the system that began with such logs, whose logs are read as it reads them: titles, icons, status,
//! order and times are shown alike ([`Block`], [`Timeline`]). There are differences where a log is damaged: a block may
//! begin with the line break that ends the title of a torn one, so that it is not lost; and every oddity is told with
//! its place ([`Diagnostic`]). No text makes reading fail.
//!
//! Everything here works on bytes; files are in [`file`](mod@file).

mod block;
mod blocks;
mod delimiter;
mod dial;
mod entries;
mod escape;
mod event;
mod failure;
pub mod file;
mod known;
mod print;
mod problem;
mod record;
mod sweep;
#[cfg(test)]
mod tests;
mod time;
mod title;

pub use block::{Block, Status};
pub use blocks::{Blocks, BlocksBack};
pub use entries::Timeline;
pub use event::BranchEvent;
pub use failure::needs_a_person;
pub use known::{KnownEvent, Origin, known_event, known_events};
pub use print::print;
pub use problem::{Diagnostic, Problem};
pub use record::{LastFailure, Record};
pub use time::{LogTime, UtcOffset};
