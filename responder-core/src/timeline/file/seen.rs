//! What the one that writes a log knows of what is in it.

use std::{fs::File, io};

use super::trouble::last_failure;
use crate::timeline::{Blocks, LastFailure, delimiter::OPENING, failure::may_need_a_person, needs_a_person};

/// Which block of a file is the last that needs a person, and where that was said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// What is known is known up to here.
    to: u64,
    last_failure: Option<u64>,
    said_at: Option<u64>,
}

/// The last failure is said again after so many bytes, so that the end of a log tells of it.
const SAID_EVERY: u64 = 4 << 10;

impl Seen {
    /// Learns of what others have written to the file, which has this length.
    pub(super) fn look(&mut self, file: &mut File, length: u64) -> io::Result<()> {
        if length < self.to {
            // Somebody has cut it off.
            *self = Self::default();
        }
        if length > self.to {
            match last_failure(file, self.to..length)? {
                LastFailure::NotSaid => {}
                said => self.last_failure = said.into(),
            }
            self.to = length;
        }
        Ok(())
    }

    /// What a block that will begin at `at` has to say.
    pub(super) fn due(&self, at: u64) -> LastFailure {
        let is_due = self.said_at.is_none_or(|said_at| at.saturating_sub(said_at) >= SAID_EVERY);
        if is_due { self.last_failure.into() } else { LastFailure::NotSaid }
    }

    /// That this block is written at `at`, with what it says.
    pub(super) fn written(&mut self, at: u64, block: &str, said: LastFailure) {
        if said != LastFailure::NotSaid {
            self.said_at = Some(at);
        }
        if is_needy(block) {
            self.last_failure = Some(at);
        }
        self.to = at + block.len() as u64;
    }
}

fn is_needy(block: &str) -> bool {
    let line = block.as_bytes().get(OPENING.len()..).unwrap_or_default();
    may_need_a_person(line) && Blocks::new(block.as_bytes()).any(|block| needs_a_person(&block))
}
