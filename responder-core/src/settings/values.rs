//! The settings of one branch as texts.

use std::{collections::BTreeMap, fmt};

use super::{SETTINGS, Setting, setting};

/// Texts by setting. An empty one says that there is nothing, whatever lies below; it does not count as a value.
/// `Debug` shows the names alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// Of what `get` has; blank ones count as not there. It is asked for each setting.
    pub fn of<T: Into<String>>(get: impl Fn(&'static Setting) -> Option<T>) -> Self {
        let value = |setting| get(setting).map(Into::into).filter(|text: &String| !text.trim().is_empty());
        Self(SETTINGS.iter().filter_map(|setting| Some((setting.name, value(setting)?))).collect())
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether it is said that there is no value.
    pub fn is_emptied(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(String::is_empty)
    }

    /// With this value; an empty one says that there is nothing, none takes it away. A name that is no setting is
    /// ignored.
    pub fn set(&mut self, name: &str, value: Option<String>) {
        let Some(setting) = setting(name) else { return };
        match value {
            Some(value) => drop(self.0.insert(setting.name, value)),
            None => drop(self.0.remove(setting.name)),
        }
    }

    /// These, and of `defaults` what is not among them.
    #[must_use]
    pub fn over(mut self, defaults: &Self) -> Self {
        for (name, value) in &defaults.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
        self
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with its setting.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.said().filter(|(_, value)| !value.is_empty())
    }

    /// The same, and with empty texts what is said to be nothing: for whoever keeps them or passes them on.
    pub fn said(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.0.iter().filter_map(|(name, value)| Some((setting(name)?, value.as_str())))
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_values_hide_lower_ones() {
        let values = |list: &'static [(&str, &str)]| {
            Values::of(|setting| list.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| *value))
        };
        let upper = values(&[("voice", "Polly.Amy"), ("speech_language", " "), ("nonsense", "x")]);
        let both = upper.over(&values(&[("voice", "Polly.Joanna"), ("speech_language", "en-GB")]));
        let all: Vec<_> = both.iter().map(|(setting, value)| (setting.name, value)).collect();
        assert_eq!(all, [("speech_language", "en-GB"), ("voice", "Polly.Amy")]);
        assert!(!format!("{both:?}").contains("Amy"));
    }

    #[test]
    fn what_is_emptied_hides_what_lies_below_and_is_no_value() {
        let mut upper = Values::default();
        upper.set("voice", Some(String::new()));
        let both = upper.over(&Values::of(|setting| (setting.name == "voice").then_some("Polly.Joanna")));
        assert_eq!((both.get("voice"), both.is_emptied("voice"), both.iter().count()), (None, true, 0));
        assert_eq!(both.said().map(|(setting, value)| (setting.name, value)).collect::<Vec<_>>(), [("voice", "")]);
    }
}
