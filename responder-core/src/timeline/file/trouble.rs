//! Whether anything has failed that needs a person: asked often, and answered from the end of a log.

use std::{fs::File, io, ops::Range, path::Path};

use super::windows::{Window, Windows};
use crate::{
    Timestamp,
    timeline::{Block, LastFailure, Record, UtcOffset, failure::may_need_a_person, needs_a_person},
};

/// Something that failed and needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When it happened, by the time of its block.
    pub at: Timestamp,
    /// What, as its title is shown.
    pub title: String,
}

/// The newest entry at `since` or later that [needs a person](needs_a_person), if times do not decrease in the log.
/// None in a log that does not exist.
///
/// A log of ours says now and then which was [the last](LastFailure), so that some KiB are read however long it is. Of
/// one that does not say so, everything since then is read.
///
/// # Errors
/// When it can't be read.
pub fn failure_since(path: &Path, since: Timestamp, assumed: UtcOffset) -> io::Result<Option<Failure>> {
    let Some(mut windows) = Windows::open(path)? else { return Ok(None) };
    let failure = |block: &Block<'_>| {
        let at = block.instant(assumed).filter(|at| *at >= since && needs_a_person(block))?;
        Some(Failure { at, title: block.title().into_owned() })
    };
    while let Some(window) = windows.next_back()? {
        let (from, said) = window.said();
        if let Some(failure) = window.blocks(from, may_need_a_person).iter().rev().find_map(failure) {
            return Ok(Some(failure));
        }
        let is_older = |block: Block<'_>| block.instant(assumed).is_some_and(|oldest| oldest < since);
        if said == LastFailure::None || window.first_block().is_some_and(is_older) {
            return Ok(None);
        }
        if let LastFailure::At(place) = said
            && let Some(block) = windows.block_at(place)?.filter(needs_a_person)
        {
            return Ok(failure(&block));
        }
    }
    Ok(None)
}

/// The last block that needs a person among those that begin in this part of a log, or before it, if it says so.
pub(super) fn last_failure(log: &mut File, part: Range<u64>) -> io::Result<LastFailure> {
    let mut windows = Windows::of(log, part);
    while let Some(window) = windows.next_back()? {
        let (from, said) = window.said();
        let needy = window.blocks(from, may_need_a_person).into_iter().rev().find(needs_a_person);
        if let Some(block) = needy {
            return Ok(LastFailure::At(window.base + block.start() as u64));
        }
        if said != LastFailure::NotSaid {
            return Ok(said);
        }
    }
    Ok(LastFailure::NotSaid)
}

impl Window<'_> {
    /// What the last block says that says something, and where that begins.
    fn said(&self) -> (usize, LastFailure) {
        let mut limit = usize::MAX;
        while let Some(block) = self.last_with(LastFailure::KEY, limit) {
            let said = Record::read(&block.payload()).map_or(LastFailure::NotSaid, |record| record.last_failure);
            if said != LastFailure::NotSaid {
                return (block.start(), said);
            }
            // It stands in what somebody wrote.
            limit = block.start();
        }
        (0, LastFailure::NotSaid)
    }
}
