//! What several folders of tests share: servers as processes, places for them, and patience.

#![allow(dead_code, reason = "each folder needs a part of it")]

pub(crate) mod patience;
pub(crate) mod place;
pub(crate) mod process;
pub(crate) mod receiver;
pub(crate) mod rogue;
pub(crate) mod stream;
pub(crate) mod town;
