//! The record of a run as lines that a person can follow.

#[path = "../../examples/demo/story.rs"]
mod network;

use responder::Timestamp;

use crate::world::Record;

/// Everything that happened, by time.
pub(crate) fn story(record: &Record) -> String {
    let mut lines: Vec<(Timestamp, String)> = Vec::new();
    lines.extend(record.letters.iter().map(|letter| (letter.at, format!("mail to the office: {}", letter.subject))));
    lines.extend(record.timeline.iter().map(|event| (event.at, format!("    {}", event.json))));
    lines.extend(record.blows.iter().map(|blow| (*blow, "a node dies or stands still".to_owned())));
    network::story(&record.trace, lines)
}
