#![doc = include_str!("../README.md")]

pub use responder_core::{
    CallSid, ConferenceSid, CountryCode, E164, MessageSid, PhoneError, PhoneNumberSid, PublicUrl, PublicUrlError,
    QueueSid, RecordingSid, SidError, Timestamp, TimestampError, access, branch, driver, emergency, http, notify,
    script, settings, signature, store, telephony, timeline, token, twiml,
};

/// The admin server at work.
#[cfg(feature = "admin")]
pub use responder_core::admin;

/// Endpoints as a router of axum.
#[cfg(feature = "axum")]
pub use responder_axum as axum;

/// Web pages: how a branch is, and what happens in it.
#[cfg(feature = "dashboard")]
pub use responder_dashboard as dashboard;

/// A phone network of one's own, for tests and demonstrations.
#[cfg(feature = "sim")]
pub use responder_sim as sim;

/// Emergencies in a database.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use responder_sql as sql;

/// Endpoints as a filter of warp.
#[cfg(feature = "warp")]
pub use responder_warp as warp;
