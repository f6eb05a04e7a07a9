//! Slowing down whoever tries passwords.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use crate::Timestamp;

/// Counts wrong tries to log in, per account and per address. After five, each further one is only let in after a
/// pause that doubles: for an account up to a minute, so that nobody can lock somebody else out for long, for an
/// address up to a quarter of an hour.
///
/// A try counts as wrong from its beginning, so that many at once are no way around it.
///
/// ```
/// use std::time::Duration;
/// use responder_core::{Timestamp, access::Throttle};
///
/// let (mut throttle, mut now) = (Throttle::default(), Timestamp::default());
/// for _ in 0..5 {
///     throttle.begin(now, "ada", None)?;
/// }
/// let wait = throttle.begin(now, "ada", None).expect_err("too many");
/// assert_eq!(wait.span, Duration::from_secs(1));
/// now = now + wait.span;
/// throttle.begin(now, "ada", None)?;
/// throttle.succeeded("ada", None);
/// # Ok::<(), responder_core::access::Wait>(())
/// ```
#[derive(Debug, Default)]
pub struct Throttle(HashMap<Subject, Tries>);

/// That it is too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed attempts")]
pub struct Wait {
    /// For how long.
    pub span: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Whether a try may be made now; if so, it counts as a wrong one until [`succeeded`](Self::succeeded) is said.
    ///
    /// # Errors
    /// How long to wait. A refused try does not count.
    pub fn begin(&mut self, now: Timestamp, account: &str, address: Option<IpAddr>) -> Result<(), Wait> {
        let subjects = subjects(account, address);
        let waits = subjects.iter().map(|subject| self.wait(now, subject));
        match waits.max().filter(|wait| !wait.is_zero()) {
            Some(span) => Err(Wait { span }),
            None => {
                subjects.into_iter().for_each(|subject| self.count(now, subject));
                Ok(())
            }
        }
    }

    /// The last try was right. The account starts over; the address only gets that one back, or somebody with an
    /// account could try those of others in between.
    pub fn succeeded(&mut self, account: &str, address: Option<IpAddr>) {
        for subject in subjects(account, address) {
            match &subject {
                Subject::Account(_) => drop(self.0.remove(&subject)),
                Subject::Address(_) => {
                    if let Some(tries) = self.0.get_mut(&subject) {
                        tries.count = tries.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    fn wait(&self, now: Timestamp, subject: &Subject) -> Duration {
        let Some(tries) = self.0.get(subject).filter(|tries| now.since(tries.last) < FORGOTTEN_AFTER) else {
            return Duration::ZERO;
        };
        let Some(excess) = tries.count.checked_sub(FREE_TRIES) else { return Duration::ZERO };
        let pause = Duration::from_secs(1_u64 << excess.min(16)).min(subject.longest());
        pause.saturating_sub(now.since(tries.last))
    }

    fn count(&mut self, now: Timestamp, subject: Subject) {
        if self.0.len() >= MOST_SUBJECTS && !self.0.contains_key(&subject) {
            self.make_room(now);
        }
        let tries = self.0.entry(subject).or_insert(Tries { count: 0, last: now });
        if now.since(tries.last) >= FORGOTTEN_AFTER {
            tries.count = 0;
        }
        *tries = Tries { count: tries.count.saturating_add(1), last: now };
    }

    /// Those with few tries go first: whoever fills the table with made-up names must not wash out what slows them
    /// down.
    fn make_room(&mut self, now: Timestamp) {
        self.0.retain(|_, tries| now.since(tries.last) < FORGOTTEN_AFTER);
        if self.0.len() >= MOST_SUBJECTS {
            self.0.retain(|_, tries| tries.count > FREE_TRIES);
        }
        if self.0.len() >= MOST_SUBJECTS {
            self.0.clear();
        }
    }
}

impl Subject {
    const fn longest(&self) -> Duration {
        match self {
            Self::Account(_) => Duration::from_secs(60),
            Self::Address(_) => Duration::from_secs(900),
        }
    }
}

fn subjects(account: &str, address: Option<IpAddr>) -> Vec<Subject> {
    // Longer than any name; what is tried need not be one.
    let account = account.trim().to_ascii_lowercase().chars().take(64).collect();
    let address = address.map(|address| Subject::Address(network(address)));
    [Subject::Account(account)].into_iter().chain(address).collect()
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

const FREE_TRIES: u32 = 5;

const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

const MOST_SUBJECTS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn at(secs: u64) -> Timestamp {
        START + Duration::from_secs(secs)
    }

    fn wait(secs: u64) -> Result<(), Wait> {
        Err(Wait { span: Duration::from_secs(secs) })
    }

    #[test]
    fn the_pause_doubles_up_to_a_minute_for_an_account() {
        let (mut throttle, mut now) = (Throttle::default(), START);
        for _ in 0..FREE_TRIES {
            assert_eq!(throttle.begin(now, "ada", None), Ok(()));
        }
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(throttle.begin(now, "Ada ", None), wait(pause));
            assert_eq!(throttle.begin(now, "bo", None), Ok(()), "another account");
            throttle.succeeded("bo", None);
            now = now + Duration::from_secs(pause);
            assert_eq!(throttle.begin(now, "ada", None), Ok(()));
        }
        throttle.succeeded("ada", None);
        assert_eq!(throttle.begin(now, "ada", None), Ok(()));
    }

    #[test]
    fn an_address_is_slowed_down_whatever_account_it_tries() {
        let (mut throttle, address) = (Throttle::default(), Some(IpAddr::from([192, 0, 2, 1])));
        for n in 0..FREE_TRIES {
            assert_eq!(throttle.begin(START, &format!("user{n}"), address), Ok(()));
        }
        assert_eq!(throttle.begin(START, "another", address), wait(1));
        let mapped = "::ffff:192.0.2.1".parse().ok();
        assert_eq!(throttle.begin(START, "another", mapped), wait(1), "the same in other clothes");
        throttle.begin(at(1), "own", address).expect("after the pause");
        throttle.succeeded("own", address);
        assert_eq!(throttle.begin(at(1), "another", address), wait(1), "an account of one's own is no way around");
        assert_eq!(throttle.begin(at(3601), "another", address), Ok(()), "forgotten");
    }

    #[test]
    fn all_addresses_of_a_network_count_as_one() {
        let mut throttle = Throttle::default();
        for n in 0..FREE_TRIES {
            let address = format!("2001:db8::{n:x}").parse().ok();
            throttle.begin(START, &format!("user{n}"), address).expect("free");
        }
        assert!(throttle.begin(START, "x", "2001:db8::ffff".parse().ok()).is_err());
        assert!(throttle.begin(START, "x", "2001:db8:0:1::1".parse().ok()).is_ok());
    }

    #[test]
    fn the_table_does_not_grow_for_ever_and_keeps_who_is_slowed_down() {
        let mut throttle = Throttle::default();
        for second in [0, 0, 0, 0, 0, 1] {
            throttle.begin(at(second), "ada", None).expect("let in");
        }
        for n in 0..3 * MOST_SUBJECTS {
            let _ = throttle.begin(at(1), &format!("user{n}"), None);
        }
        assert!(throttle.0.len() <= MOST_SUBJECTS);
        assert!(throttle.begin(at(1), "ada", None).is_err());
    }
}
