//! Which phone has which script.

use std::collections::BTreeMap;

use crate::behaviour::Behaviour;

/// The scripts of all phones: one per number, or one per successive call of a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhoneBook {
    scripts: BTreeMap<String, Vec<Behaviour>>,
    calls: BTreeMap<String, usize>,
    default: Behaviour,
}

impl PhoneBook {
    /// Sets the scripts for the next calls of a number; the last one stays.
    pub(crate) fn set(&mut self, number: &str, scripts: Vec<Behaviour>) {
        self.calls.remove(number);
        self.scripts.insert(number.to_owned(), scripts);
    }

    pub(crate) fn set_default(&mut self, script: Behaviour) {
        self.default = script;
    }

    /// The script for the call that begins now.
    pub(crate) fn take_call(&mut self, number: &str) -> Behaviour {
        let call = self.calls.entry(number.to_owned()).or_default();
        let rank = *call;
        *call += 1;
        let script = self.scripts.get(number).and_then(|scripts| scripts.get(rank).or(scripts.last()));
        script.unwrap_or(&self.default).clone()
    }

    /// The script as it stands, for a text message.
    pub(crate) fn of(&self, number: &str) -> &Behaviour {
        let rank = self.calls.get(number).copied().unwrap_or(0).saturating_sub(1);
        let script = self.scripts.get(number).and_then(|scripts| scripts.get(rank).or(scripts.last()));
        script.unwrap_or(&self.default)
    }

    pub(crate) fn all(&self) -> &BTreeMap<String, Vec<Behaviour>> {
        &self.scripts
    }

    pub(crate) fn default_script(&self) -> &Behaviour {
        &self.default
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Pickup;

    #[test]
    fn scripts_follow_each_other_and_the_last_stays() {
        let mut book = PhoneBook::default();
        book.set("+15005550006", vec![Behaviour::busy(), Behaviour::no_answer()]);
        let pickups: Vec<_> = (0..3).map(|_| book.take_call("+15005550006").pickup).collect();
        assert_eq!(pickups, [Pickup::Busy, Pickup::NoAnswer, Pickup::NoAnswer]);
        assert_eq!(book.take_call("+15005550007"), Behaviour::default());
    }
}
