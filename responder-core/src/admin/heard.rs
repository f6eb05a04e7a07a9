//! Who has begun to hear what, so that the audit says it once.

use std::{collections::HashMap, fmt, sync::PoisonError};

use super::Admin;
use crate::{RecordingSid, Timestamp, access::SessionHash};

/// When a session was last recorded to hear a recording.
#[derive(Default)]
pub(super) struct Heard(HashMap<(SessionHash, RecordingSid), Timestamp>);

impl Admin {
    /// Whether the audit says already that this session hears a recording: within the last hour, on this node. A player
    /// asks for many parts, in any order.
    pub(crate) fn is_heard(&self, session: SessionHash, recording: &RecordingSid) -> bool {
        let now = self.clock.now();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.0.get(&(session, recording.clone())).is_some_and(|at| now.since(*at).as_secs() < ONE_HEARING_SECS)
    }

    /// Notes that the audit says so.
    pub(crate) fn note_heard(&self, session: SessionHash, recording: RecordingSid) {
        let now = self.clock.now();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).note((session, recording), now);
    }
}

impl Heard {
    /// What is forgotten is recorded once more.
    fn note(&mut self, who_and_what: (SessionHash, RecordingSid), now: Timestamp) {
        if self.0.len() >= MOST_HEARD {
            self.0.retain(|_, at| now.since(*at).as_secs() < ONE_HEARING_SECS);
        }
        if self.0.len() >= MOST_HEARD {
            self.0.clear();
        }
        self.0.insert(who_and_what, now);
    }
}

/// Without who.
impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heard({})", self.0.len())
    }
}

const ONE_HEARING_SECS: u64 = 3600;

const MOST_HEARD: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::SessionToken;

    #[test]
    fn what_is_remembered_has_an_end() {
        let (mut heard, session) = (Heard::default(), SessionToken::random().hash());
        let sid = |no: usize| format!("RE{no:032x}").parse::<RecordingSid>().expect("a sid");
        let later = |secs: i64| Timestamp::from_micros(secs * 1_000_000);
        for no in 0..MOST_HEARD {
            heard.note((session, sid(no)), later(i64::from(no > 10) * 3000));
        }
        assert_eq!(heard.0.len(), MOST_HEARD);
        // Those that count no more make room first.
        heard.note((session, sid(MOST_HEARD)), later(3601));
        assert_eq!(heard.0.len(), MOST_HEARD - 10);
        for no in 0..20 {
            heard.note((session, sid(MOST_HEARD + 1 + no)), later(3602));
        }
        assert!(heard.0.len() < MOST_HEARD);
    }
}
