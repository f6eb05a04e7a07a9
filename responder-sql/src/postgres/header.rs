//! The short values of an opening or a commit, as the database takes them: the type `op_1` as JSON, without `base`.

use std::fmt::Write as _;

use responder_core::store::{KEY_LIFE, StoreError};
use serde::Serialize;

use super::row::micros;
use crate::{
    error::corrupt,
    stored::{StoredBind, StoredCommit},
    value::time_column,
};

/// An object that is never empty.
pub(super) fn encode(opening: Option<Opening>, commit: &StoredCommit) -> Result<String, StoreError> {
    serde_json::to_string(&Header::of(opening, commit)).map_err(|error| corrupt("commit", error))
}

#[derive(Serialize)]
struct Header<'a> {
    #[serde(flatten)]
    opening: Option<Opening>,
    emergency: &'a str,
    id: String,
    version: i64,
    format: u16,
    next_deadline: Option<i64>,
    occupies: bool,
    opened_at: i64,
    concluded_at: Option<i64>,
    events: i64,
    settles: Option<u32>,
    withdraw: &'a [u32],
    calls: Vec<&'a str>,
    lines: Vec<&'a str>,
    messages: Vec<&'a str>,
    numbers: Vec<u32>,
    kinds: Vec<&'static str>,
    priorities: Vec<u8>,
    claimed: Vec<bool>,
    worker: Option<&'a str>,
    lease: i64,
}

/// What only an opening has.
#[derive(Serialize)]
pub(super) struct Opening {
    branch: String,
    most: u32,
    key: Option<String>,
    body_hash: Option<String>,
    key_life: i64,
}

impl Opening {
    /// With the key of the report and the hash of it.
    pub(super) fn of(branch: String, limit: u32, key: Option<(String, [u8; 32])>) -> Self {
        let (key, body_hash) = key.map(|(key, hash)| (hex(key.as_bytes()), hex(&hash))).unzip();
        Self { branch, most: limit, key, body_hash, key_life: micros(KEY_LIFE) }
    }
}

impl<'a> Header<'a> {
    fn of(opening: Option<Opening>, commit: &'a StoredCommit) -> Self {
        let (columns, commands, claims) = (&commit.columns, &commit.commands, commit.claims.as_ref());
        let mut header = Self {
            opening,
            emergency: &commit.emergency,
            id: hex(&commit.id.to_bytes()),
            version: commit.version,
            format: commit.format,
            next_deadline: time_column(columns.next_deadline),
            occupies: columns.occupies,
            opened_at: columns.opened_at.as_micros(),
            concluded_at: time_column(columns.concluded_at),
            events: commit.events.as_ref().map_or(0, |events| events.count),
            settles: commit.outcome.as_ref().map(|(number, _)| *number),
            withdraw: &commit.withdraw,
            calls: Vec::new(),
            lines: Vec::new(),
            messages: Vec::new(),
            numbers: commands.iter().map(|command| command.number).collect(),
            kinds: commands.iter().map(|command| command.kind.as_str()).collect(),
            priorities: commands.iter().map(|command| command.kind.priority()).collect(),
            claimed: commands.iter().map(|command| claims.is_some_and(|claims| claims.has(command.number))).collect(),
            worker: claims.map(|claims| claims.worker.as_str()),
            lease: claims.map_or(0, |claims| micros(claims.lease.span())),
        };
        for bind in &commit.binds {
            match bind {
                StoredBind::Call { call, line } => {
                    header.calls.push(call);
                    header.lines.push(line);
                }
                StoredBind::Message(message) => header.messages.push(message),
            }
        }
        header
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
