//! Slowing down whoever tries passwords.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use sha2::{Digest, Sha256};

use crate::Timestamp;

/// Decides who may try to log in: wrong tries count per account and per address. After five, each further one is only
/// let in after a pause that doubles, up to a minute, so that nobody can lock somebody else out for long: behind one
/// address there may be everybody. Each minute without a try takes one back, and after an hour all is forgotten.
///
/// A try counts as wrong from its beginning, so that many at once are no way around it. What is known of earlier ones
/// is for a [`TryStore`](crate::store::TryStore) to keep.
///
/// ```
/// use std::time::Duration;
/// use responder_core::{Timestamp, access::Throttle};
///
/// let (throttle, mut now) = (Throttle::of("ada", None), Timestamp::default());
/// let mut known = vec![None; throttle.subjects().len()];
/// for _ in 0..5 {
///     known = throttle.begin(now, &known)?;
/// }
/// let wait = throttle.begin(now, &known).expect_err("too many");
/// assert_eq!(wait.span, Duration::from_secs(1));
/// now = now + wait.span;
/// known = throttle.begin(now, &known)?;
/// assert_eq!(throttle.succeeded(&known), [None]);
/// # Ok::<(), responder_core::access::Wait>(())
/// ```
#[derive(Clone, Debug)]
pub struct Throttle {
    subjects: Vec<TrySubject>,
    /// Whether each of them is an account.
    kinds: Vec<Kind>,
}

/// What tries are counted for, as a store knows it: an account or an address, hashed, so that no store holds what was
/// typed as a name, and none that is longer than others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrySubject([u8; 16]);

/// The tries of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many were wrong, or are under way.
    pub count: u32,
    /// When the last one began, on the store's clock.
    pub last: Timestamp,
}

/// That it is too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed attempts")]
pub struct Wait {
    /// For how long.
    pub span: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Account,
    Address,
}

impl Throttle {
    /// For tries at this account, from this address if it is known. What is tried need not be a name.
    pub fn of(account: &str, address: Option<IpAddr>) -> Self {
        // Longer than any name.
        let account: String = account.trim().to_ascii_lowercase().chars().take(64).collect();
        let (mut subjects, mut kinds) = (vec![TrySubject::of("account", &account)], vec![Kind::Account]);
        if let Some(address) = address {
            subjects.push(TrySubject::of("address", &network(address).to_string()));
            kinds.push(Kind::Address);
        }
        Self { subjects, kinds }
    }

    /// Whose tries count. What is known of them is given and returned in this order.
    pub fn subjects(&self) -> &[TrySubject] {
        &self.subjects
    }

    /// Whether a try may be made now; if so, what is known from then on: it counts as a wrong one until
    /// [`succeeded`](Self::succeeded) is stored.
    ///
    /// # Errors
    /// How long to wait. A refused try does not count.
    pub fn begin(&self, now: Timestamp, known: &[Option<Tries>]) -> Result<Vec<Option<Tries>>, Wait> {
        let waits = known.iter().map(|tries| wait(now, *tries));
        match waits.max().filter(|wait| !wait.is_zero()) {
            Some(span) => Err(Wait { span }),
            None => Ok(known.iter().map(|tries| Some(one_more(now, *tries))).collect()),
        }
    }

    /// What is known after the last try was right. The account starts over; the address only gets that one back, or
    /// somebody with an account could try those of others in between.
    pub fn succeeded(&self, known: &[Option<Tries>]) -> Vec<Option<Tries>> {
        let one_less = |tries: Tries| Tries { count: tries.count.saturating_sub(1), ..tries };
        let after = |(kind, tries): (&Kind, &Option<Tries>)| match kind {
            Kind::Account => None,
            Kind::Address => tries.map(one_less),
        };
        self.kinds.iter().zip(known).map(after).collect()
    }
}

impl TrySubject {
    /// From stored bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its stored form.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    fn of(kind: &str, name: &str) -> Self {
        let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(name).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }
}

/// Hashes of addresses are soon guessed.
impl fmt::Debug for TrySubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrySubject(..)")
    }
}

impl Tries {
    /// Tries that are let in without a pause.
    pub const FREE: u32 = 5;

    /// After so long without another one, they are forgotten.
    pub const LIFE: Duration = Duration::from_secs(3600);

    /// Those that time has not taken back.
    fn left(self, now: Timestamp) -> u32 {
        let minutes = now.since(self.last).as_secs() / MINUTE.as_secs();
        self.count.saturating_sub(u32::try_from(minutes).unwrap_or(u32::MAX))
    }
}

fn wait(now: Timestamp, known: Option<Tries>) -> Duration {
    let Some(tries) = known.filter(|tries| now.since(tries.last) < Tries::LIFE) else { return Duration::ZERO };
    let Some(excess) = tries.left(now).checked_sub(Tries::FREE) else { return Duration::ZERO };
    let pause = Duration::from_secs(1_u64 << excess.min(16)).min(MINUTE);
    pause.saturating_sub(now.since(tries.last))
}

fn one_more(now: Timestamp, known: Option<Tries>) -> Tries {
    let count = known.filter(|tries| now.since(tries.last) < Tries::LIFE).map_or(0, |tries| tries.left(now));
    Tries { count: count.saturating_add(1), last: now }
}

const MINUTE: Duration = Duration::from_secs(60);

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    /// A store, as simple as can be.
    #[derive(Default)]
    struct Known(HashMap<TrySubject, Tries>);

    impl Known {
        fn of(&self, throttle: &Throttle) -> Vec<Option<Tries>> {
            throttle.subjects().iter().map(|subject| self.0.get(subject).copied()).collect()
        }

        fn keep(&mut self, throttle: &Throttle, tries: Vec<Option<Tries>>) {
            for (subject, tries) in throttle.subjects().iter().zip(tries) {
                match tries {
                    Some(tries) => self.0.insert(*subject, tries),
                    None => self.0.remove(subject),
                };
            }
        }

        fn begin(&mut self, now: Timestamp, account: &str, address: Option<IpAddr>) -> Result<(), Wait> {
            let throttle = Throttle::of(account, address);
            let tries = throttle.begin(now, &self.of(&throttle))?;
            self.keep(&throttle, tries);
            Ok(())
        }

        fn succeeded(&mut self, account: &str, address: Option<IpAddr>) {
            let throttle = Throttle::of(account, address);
            let tries = throttle.succeeded(&self.of(&throttle));
            self.keep(&throttle, tries);
        }
    }

    fn at(secs: u64) -> Timestamp {
        START + Duration::from_secs(secs)
    }

    fn refused(secs: u64) -> Result<(), Wait> {
        Err(Wait { span: Duration::from_secs(secs) })
    }

    #[test]
    fn the_pause_doubles_up_to_a_minute_for_an_account() {
        let (mut known, mut now) = (Known::default(), START);
        for _ in 0..Tries::FREE {
            assert_eq!(known.begin(now, "ada", None), Ok(()));
        }
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(known.begin(now, "Ada ", None), refused(pause));
            assert_eq!(known.begin(now, "bo", None), Ok(()), "another account");
            known.succeeded("bo", None);
            now = now + Duration::from_secs(pause);
            assert_eq!(known.begin(now, "ada", None), Ok(()));
        }
        known.succeeded("ada", None);
        assert_eq!(known.begin(now, "ada", None), Ok(()));
    }

    #[test]
    fn an_address_is_slowed_down_whatever_account_it_tries() {
        let (mut known, address) = (Known::default(), Some(IpAddr::from([192, 0, 2, 1])));
        for n in 0..Tries::FREE {
            assert_eq!(known.begin(START, &format!("user{n}"), address), Ok(()));
        }
        assert_eq!(known.begin(START, "another", address), refused(1));
        let mapped = "::ffff:192.0.2.1".parse().ok();
        assert_eq!(known.begin(START, "another", mapped), refused(1), "the same in other clothes");
        known.begin(at(1), "own", address).expect("after the pause");
        known.succeeded("own", address);
        assert_eq!(known.begin(at(1), "another", address), refused(1), "an account of one's own is no way around");
        assert_eq!(known.begin(at(3601), "another", address), Ok(()), "forgotten");
    }

    /// As behind a proxy that the server has not been told of.
    #[test]
    fn whoever_tries_on_and_on_keeps_others_at_the_same_address_for_a_minute_at_most() {
        let (mut known, address) = (Known::default(), Some(IpAddr::from([192, 0, 2, 1])));
        let mut tried = 0;
        for second in 0..3600 {
            tried += u32::from(known.begin(at(second), &format!("user{second}"), address).is_ok());
        }
        assert!((60..80).contains(&tried), "{tried}");
        let longest = known.begin(at(3600), "ada", address).err().map_or(Duration::ZERO, |wait| wait.span);
        assert!(longest <= MINUTE, "{longest:?}");
        // When that is over, all is well again, though people log in meanwhile.
        for minute in 1..10 {
            known.begin(at(3600 + minute * 60), "ada", address).expect("after a minute");
            known.succeeded("ada", address);
        }
        known.begin(at(3600 + 9 * 60 + 1), "bo", address).expect("at once");
    }

    #[test]
    fn all_addresses_of_a_network_count_as_one() {
        let mut known = Known::default();
        for n in 0..Tries::FREE {
            let address = format!("2001:db8::{n:x}").parse().ok();
            known.begin(START, &format!("user{n}"), address).expect("free");
        }
        assert!(known.begin(START, "x", "2001:db8::ffff".parse().ok()).is_err());
        assert!(known.begin(START, "x", "2001:db8:0:1::1".parse().ok()).is_ok());
    }

    #[test]
    fn an_account_named_like_an_address_is_not_that_address() {
        let throttle = Throttle::of("192.0.2.1", Some([192, 0, 2, 1].into()));
        assert_ne!(throttle.subjects()[0], throttle.subjects()[1]);
        assert_eq!(format!("{:?}", throttle.subjects()[0]), "TrySubject(..)");
        let long = |end: char| Throttle::of(&format!("{}{end}", "x".repeat(1000)), None).subjects().to_vec();
        assert_eq!(long('a'), long('b'), "nobody has a name that long");
    }
}
