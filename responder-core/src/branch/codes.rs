//! Emergencies that are open at one time have different codes.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::timeout;

use super::Branch;
use crate::{Timestamp, emergency::EmergencyId, script::code_of};

/// The codes that are not given again for now. They are those of the newest emergencies that this process has opened or
/// found open when it began: a report does not wait for the store to say what is open, so two nodes may give the same
/// code (one in 400 pairs). A text that names both is taken to mean the one that it fits best.
#[derive(Debug, Default)]
pub(super) struct Codes {
    given: Mutex<VecDeque<String>>,
    knows_earlier: AtomicBool,
}

/// Codes that are remembered, of the 400 that there are.
const MOST: usize = 100;

/// Draws until one has a code of its own. With as many codes given as are remembered, one in 10^19 reports needs more.
const DRAWS: usize = 32;

/// How long the first report waits for the codes that were given before this process began.
const EARLIER_WITHIN: Duration = Duration::from_millis(100);

impl Branch {
    /// An id for what is reported now.
    pub(super) async fn fresh_id(&self, now: Timestamp) -> EmergencyId {
        // Where one may be active, the next report comes when hardly anybody answers the one before.
        if self.settings().max_active_emergencies > 1 && !self.codes.knows_earlier.load(Ordering::Relaxed) {
            self.look_for_earlier().await;
        }
        self.codes.draw(|| EmergencyId::new(now, super::random_bits()))
    }

    async fn look_for_earlier(&self) {
        // A store in trouble is asked again by the next report.
        if let Ok(Ok(open)) = timeout(EARLIER_WITHIN, self.store.open_emergencies(&self.key)).await {
            self.codes.knows_earlier.store(true, Ordering::Relaxed);
            open.emergencies.iter().for_each(|loaded| self.codes.remember(code_of(loaded.state.id())));
        }
    }
}

impl Codes {
    /// The first id whose code is not given; it is then.
    fn draw(&self, mut one: impl FnMut() -> EmergencyId) -> EmergencyId {
        let mut id = one();
        for _ in 1..DRAWS {
            if !self.is_given(&code_of(id)) {
                break;
            }
            id = one();
        }
        self.remember(code_of(id));
        id
    }

    fn is_given(&self, code: &str) -> bool {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|given| given == code)
    }

    fn remember(&self, code: String) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.push_back(code);
        if given.len() > MOST {
            given.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_comes_again_only_after_a_hundred_others() {
        let (codes, mut random) = (Codes::default(), 0_u128);
        let mut draw = || {
            codes.draw(|| {
                random += 1;
                EmergencyId::new(Timestamp::default(), random.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C))
            })
        };
        let given: Vec<_> = (0..2000).map(|_| code_of(draw())).collect();
        for some in given.windows(MOST + 1) {
            assert_eq!(some.iter().collect::<HashSet<_>>().len(), some.len(), "{some:?}");
        }
    }

    /// A source that gives but one number must not keep a report waiting.
    #[test]
    fn an_id_is_found_whatever_is_drawn() {
        let codes = Codes::default();
        let same = || EmergencyId::new(Timestamp::default(), 7);
        assert_eq!((codes.draw(same), codes.draw(same)), (same(), same()));
    }
}
