//! Identifiers that the network hands out.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The identifier of a call, message, queue, recording, phone number or account: two letters and 32 hex digits.
///
/// It is a plain text inside, because the network is asked about identifiers that it never made; such a question is
/// answered with "not found", not with a parse error.
///
/// ```
/// use responder_sim::Sid;
///
/// let call = Sid::from("CA00000000000000000000000000000001");
/// assert_eq!(call.as_str().len(), 34);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sid(String);

impl Sid {
    /// The text of the identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Sid {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Sid {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an identifier names; its two letters say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Call,
    Conference,
    Message,
    Number,
    Queue,
    Recording,
}

impl Kind {
    const fn letters(self) -> &'static str {
        match self {
            Self::Call => "CA",
            Self::Conference => "CF",
            Self::Message => "SM",
            Self::Number => "PN",
            Self::Queue => "QU",
            Self::Recording => "RE",
        }
    }
}

/// How identifiers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Two letters and 32 hex digits.
    Letters,
    /// 32 hex digits in five groups; what they name can't be told.
    Uuid,
}

impl Shape {
    fn write(self, kind: Kind, hex: &str) -> Sid {
        match self {
            Self::Letters => Sid(format!("{}{hex}", kind.letters())),
            Self::Uuid => Sid(uuid(hex)),
        }
    }
}

fn uuid(hex: &str) -> String {
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Makes identifiers from a seed. Those of children depend on their parent and their rank alone, so that two answers
/// of the application that arrive in either order lead to the same identifiers.
#[derive(Debug)]
pub(crate) struct SidSource {
    seed: u64,
    shape: Shape,
    made: BTreeMap<String, u64>,
}

impl SidSource {
    pub(crate) fn new(seed: u64, shape: Shape) -> Self {
        Self { seed, shape, made: BTreeMap::new() }
    }

    /// The next identifier of a thing that has no parent.
    pub(crate) fn next(&mut self, kind: Kind) -> Sid {
        self.child(kind, "")
    }

    /// The next identifier of a thing that belongs to `parent`.
    pub(crate) fn child(&mut self, kind: Kind, parent: &str) -> Sid {
        let rank = self.made.entry(format!("{}/{parent}", kind.letters())).or_default();
        *rank += 1;
        let rank = *rank;
        let hex = self.digest(&format!("{}/{parent}/{rank}", kind.letters()));
        self.shape.write(kind, &hex)
    }

    /// The identifier of a thing that there is only one of.
    pub(crate) fn named(&self, kind: Kind, name: &str) -> Sid {
        let letters = kind.letters();
        self.shape.write(kind, &self.digest(&format!("{letters}/{name}")))
    }

    /// A token in the form of a UUID that names one delivery to the application.
    pub(crate) fn token(&self, delivery: u64) -> String {
        uuid(&self.digest(&format!("token/{delivery}")))
    }

    fn digest(&self, label: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(label.as_bytes());
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_identifiers() {
        let (mut one, mut two) = (SidSource::new(7, Shape::Letters), SidSource::new(7, Shape::Letters));
        let first = one.next(Kind::Call);
        assert_eq!(first, two.next(Kind::Call));
        assert_ne!(first, one.next(Kind::Call));
        assert_ne!(first, SidSource::new(8, Shape::Letters).next(Kind::Call));
        assert!(first.as_str().starts_with("CA") && first.as_str().len() == 34);
    }

    #[test]
    fn other_networks_write_them_otherwise() {
        let sid = SidSource::new(7, Shape::Uuid).next(Kind::Call);
        let groups: Vec<usize> = sid.as_str().split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
    }

    #[test]
    fn children_do_not_depend_on_the_order_of_their_parents() {
        let (mut one, mut two) = (SidSource::new(7, Shape::Letters), SidSource::new(7, Shape::Letters));
        let of_a = one.child(Kind::Call, "a");
        two.child(Kind::Call, "b");
        assert_eq!(of_a, two.child(Kind::Call, "a"));
    }
}
