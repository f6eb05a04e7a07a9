//! The domain of Responder: what an emergency is, and everything that can happen to it.
//!
//! The modules of this crate know no web framework and no database driver; those live in crates of their own.

pub mod access;
#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "runtime")]
pub mod branch;
pub mod driver;
pub mod emergency;
#[cfg(feature = "runtime")]
mod fail;
mod hex;
pub mod http;
#[cfg(feature = "runtime")]
pub mod notify;
mod phone;
mod public_url;
pub mod script;
pub mod settings;
mod sid;
pub mod signature;
pub mod store;
pub mod telephony;
mod time;
mod time_zone;
pub mod timeline;
pub mod token;
pub mod twiml;

pub use phone::{CountryCode, E164, PhoneError};
pub use public_url::{PublicUrl, PublicUrlError};
pub use sid::{CallSid, ConferenceSid, MessageSid, PhoneNumberSid, QueueSid, RecordingSid, SidError};
pub use time::{Timestamp, TimestampError};
pub use time_zone::{TimeZone, UnknownZone};
