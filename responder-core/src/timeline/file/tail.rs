//! Reads logs from their end, and no more of them than is needed.

use std::{fs::File, io, path::Path};

use super::{
    archive::archives,
    windows::{Windows, read_into},
};
use crate::{
    store::EventId,
    timeline::{Record, Timeline, UtcOffset, delimiter::Delimiters},
};

/// The `count` newest entries of the log at `path`, as [`Timeline::parse`] would order them, if times do not decrease
/// in it. Reads about as much as they need.
///
/// # Errors
/// When there is no such file, or it can't be read.
pub fn recent(path: &Path, count: usize, assumed: UtcOffset) -> io::Result<Timeline<Vec<u8>>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut size = count.saturating_mul(LIKELY_LENGTH).saturating_add(MARGIN) as u64;
    loop {
        let from = length.saturating_sub(size);
        let text = read(&mut file, from, length)?;
        // What begins before this is not known to its beginning.
        let first = if from == 0 { Some(0) } else { Delimiters::new(&text, 0..text.len()).next().map(|it| it.start) };
        if let Some(first) = first {
            let mut timeline = Timeline::parse_from(text, first, assumed);
            if from == 0 || timeline.is_settled(count) {
                timeline.truncate(count);
                return Ok(timeline);
            }
        }
        size = size.saturating_mul(2);
    }
}

/// Up to which event of the store the log at `path` has been written; if that can't be told from it, those that were
/// put aside. [`EventId::START`] if there is nothing at all.
///
/// # Errors
/// When they can't be read.
pub fn last_position(path: &Path) -> io::Result<EventId> {
    if let Some(position) = position_in(path)? {
        return Ok(position);
    }
    let mut position = EventId::START;
    for archive in archives(path)? {
        position = position.max(position_in(&archive)?.unwrap_or_default());
    }
    Ok(position)
}

fn position_in(path: &Path) -> io::Result<Option<EventId>> {
    let Some(mut windows) = Windows::open(path)? else { return Ok(None) };
    while let Some(window) = windows.next_back()? {
        for block in window.blocks(0, |_| true).iter().rev() {
            if let Some(position) = Record::read(&block.payload()).and_then(|record| record.position()) {
                return Ok(Some(position));
            }
        }
    }
    Ok(None)
}

fn read(file: &mut File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    read_into(&mut text, file, from..to)?;
    Ok(text)
}

/// So many bytes for each entry that is wanted.
const LIKELY_LENGTH: usize = 512;
/// And for those of the same second.
const MARGIN: usize = 4 << 10;
