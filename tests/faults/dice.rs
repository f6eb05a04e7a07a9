//! Numbers that look random and come from a seed.

use std::{ops::RangeInclusive, time::Duration};

/// The generator of Steele, Lea and Flood ("Fast splittable pseudorandom number generators"): one word of state.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Two of different `purpose` have nothing to do with each other, so that a draw more here changes nothing there.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut dice = Self(seed ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.word();
        dice
    }

    /// One of `range`, each as likely as the others.
    pub(crate) fn among(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.word() % (range.end() - range.start() + 1)
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.word() % 100 < chance
    }

    /// One of `these`, of which there is at least one.
    pub(crate) fn pick<T: Copy>(&mut self, these: &[T]) -> T {
        let count = u64::try_from(these.len()).expect("BUG: few");
        these[usize::try_from(self.word() % count).expect("BUG: few")]
    }

    pub(crate) fn seconds(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.among(range))
    }

    pub(crate) fn millis(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.among(range))
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }
}
