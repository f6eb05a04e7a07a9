//! Pages of recordings: where they begin, and where they go on.

use std::{
    fmt,
    future::{Ready, ready},
    str::FromStr,
};

use super::recordings::{RecordingPage, RecordingView, RecordingsError};
use crate::{
    RecordingSid, Timestamp,
    telephony::rest::{Recording, TimeSpan},
};

/// Where a page of recordings begins.
///
/// ```
/// use responder_core::admin::PageStart;
///
/// assert_eq!("2".parse(), Ok(PageStart::Number(2)));
/// assert!("0".parse::<PageStart>().is_err());
/// let after = "1800000000-RE00000000000000000000000000000001-0".parse::<PageStart>()?;
/// assert_eq!(after.to_string(), "1800000000-RE00000000000000000000000000000001-0");
/// # Ok::<(), responder_core::admin::PageStartError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageStart {
    /// At so many pages of the size that is asked for, counted from 1.
    Number(usize),
    /// After a recording of the account, of any branch: where somebody stopped looking because it took long.
    #[non_exhaustive]
    After {
        /// The second in which it was made, of Unix time.
        second: i64,
        /// Which it is.
        sid: RecordingSid,
        /// How many of the branch's own are left out first.
        skip: usize,
    },
}

/// A text that says no beginning of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not the number of a page")]
#[non_exhaustive]
pub struct PageStartError;

/// A page that is being filled.
pub(super) struct Paging {
    skip: usize,
    size: usize,
    recordings: Vec<RecordingView>,
    /// How many were looked at, and the last of them.
    pub(super) passed: usize,
    last: Option<(i64, RecordingSid)>,
}

impl Paging {
    pub(super) fn at(start: &PageStart, size: usize) -> Self {
        let skip = match start {
            PageStart::Number(page) => size.saturating_mul(page.saturating_sub(1)),
            PageStart::After { skip, .. } => *skip,
        };
        Self { skip, size, recordings: Vec::new(), passed: 0, last: None }
    }

    pub(super) fn is_full(&self) -> bool {
        self.skip == 0 && self.recordings.len() >= self.size
    }

    /// One was looked at, whosever it is.
    pub(super) fn pass(&mut self, recording: &Recording) {
        self.passed += 1;
        if let Some(at) = recording.date_created {
            self.last = Some((second_of(at), recording.sid.clone()));
        }
    }

    /// It is one of the branch.
    pub(super) fn add(&mut self, recording: RecordingView) {
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.recordings.push(recording);
        }
    }

    /// There is at least one more.
    pub(super) fn full(self, start: &PageStart) -> RecordingPage {
        let next = match start {
            PageStart::Number(page) => Some(PageStart::Number(page.saturating_add(1))),
            PageStart::After { .. } => self.after_last(),
        };
        RecordingPage { next, recordings: self.recordings }
    }

    pub(super) fn last(self) -> RecordingPage {
        RecordingPage { recordings: self.recordings, next: None }
    }

    /// Nobody knows whether there are more.
    pub(super) fn cut(self) -> Result<RecordingPage, RecordingsError> {
        let next = self.after_last().ok_or(RecordingsError::Slow)?;
        Ok(RecordingPage { recordings: self.recordings, next: Some(next) })
    }

    fn after_last(&self) -> Option<PageStart> {
        let (second, sid) = self.last.clone()?;
        Some(PageStart::After { second, sid, skip: self.skip })
    }
}

impl PageStart {
    /// A second more than is wanted: providers may take the last one in, or not.
    pub(super) fn span(&self) -> TimeSpan {
        let until = match self {
            Self::Number(_) => None,
            Self::After { second, .. } => {
                Some(Timestamp::from_micros(second.saturating_add(1).saturating_mul(1_000_000)))
            }
        };
        TimeSpan { until, ..TimeSpan::default() }
    }

    /// Leaves out what was looked at before: several may have been made in the same second.
    pub(super) fn after(&self) -> impl FnMut(&Recording) -> Ready<bool> + use<> {
        let mut last = match self {
            Self::Number(_) => None,
            Self::After { second, sid, .. } => Some((*second, sid.clone())),
        };
        move |recording| {
            let Some((second, sid)) = &last else { return ready(true) };
            if recording.date_created.is_some_and(|at| second_of(at) < *second) {
                last = None;
                return ready(true);
            }
            if recording.sid == *sid {
                last = None;
            }
            ready(false)
        }
    }
}

impl fmt::Display for PageStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::After { second, sid, skip } => write!(f, "{second}-{sid}-{skip}"),
        }
    }
}

impl FromStr for PageStart {
    type Err = PageStartError;

    fn from_str(text: &str) -> Result<Self, PageStartError> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('-');
        let number = parts.next().filter(|number| digits(number)).ok_or(PageStartError)?;
        let (Some(sid), Some(skip), None) = (parts.next(), parts.next(), parts.next()) else {
            let page = number.parse().ok().filter(|page| digits(text) && (1..=MOST_PAGES).contains(page));
            return page.map(Self::Number).ok_or(PageStartError);
        };
        let skip = skip.parse().ok().filter(|_| digits(skip)).ok_or(PageStartError)?;
        let second = number.parse().ok().filter(|second| *second < LAST_SECOND).ok_or(PageStartError)?;
        Ok(Self::After { second, sid: sid.parse().map_err(|_| PageStartError)?, skip })
    }
}

const fn second_of(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}

/// Nobody pages further by number.
const MOST_PAGES: usize = 10_000;

/// The year 9999 is over.
const LAST_SECOND: i64 = 253_402_300_800;
