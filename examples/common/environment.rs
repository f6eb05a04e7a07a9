//! The environment of a server: the variables that it reads are a table, which is also what `--help` shows.

use std::{collections::HashMap, fmt, fs};

use secrecy::SecretString;

/// One variable.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What counts when it is not set, as `--help` shows it; empty for what is simply left out.
    pub(crate) default: &'static str,
    /// Whether it can also come from a file that `<NAME>_FILE` names.
    pub(crate) secret: bool,
}

pub(crate) const fn plain(name: &'static str, default: &'static str, about: &'static str) -> Variable {
    Variable { name, about, default, secret: false }
}

pub(crate) const fn secret(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about, default: "", secret: true }
}

/// What is set.
#[derive(Clone)]
pub(crate) struct Environment {
    table: &'static [Variable],
    values: HashMap<&'static str, String>,
}

/// A variable that is missing or can't be used. Says which and why, and never repeats the value.
#[derive(Debug)]
pub(crate) struct BadVariable {
    pub(crate) name: &'static str,
    pub(crate) why: String,
}

impl Environment {
    /// Reads every variable of the table; a blank one counts as not set.
    pub(crate) fn read(table: &'static [Variable], get: impl Fn(&str) -> Option<String>) -> Result<Self, BadVariable> {
        let mut values = HashMap::new();
        for variable in table {
            let value = get(variable.name).filter(|value| !value.trim().is_empty());
            let file = if variable.secret { get(&format!("{}_FILE", variable.name)) } else { None };
            let value = match (value, file) {
                (Some(_), Some(_)) => {
                    return Err(variable.bad("is set twice, by itself and by a file".to_owned()));
                }
                (None, Some(file)) => Some(variable.read_file(&file)?),
                (value, None) => value,
            };
            if let Some(value) = value {
                values.insert(variable.name, value);
            }
        }
        Ok(Self { table, values })
    }

    /// The same, where these count in place of what is set: settings that come from elsewhere. A blank one counts as
    /// not set.
    #[allow(dead_code, reason = "not every server has settings from elsewhere")]
    pub(crate) fn with<'a>(&self, others: impl IntoIterator<Item = (&'static str, &'a str)>) -> Self {
        let mut values = self.values.clone();
        values.extend(others.into_iter().map(|(name, value)| (name, value.to_owned())));
        values.retain(|_, value| !value.trim().is_empty());
        Self { table: self.table, values }
    }

    /// The text of a variable.
    pub(crate) fn text(&self, name: &'static str) -> Option<&str> {
        assert!(self.table.iter().any(|variable| variable.name == name), "BUG: {name} is not in the table");
        self.values.get(name).map(|value| value.trim())
    }

    /// The text of a variable that must be set.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, BadVariable> {
        self.text(name).ok_or_else(|| BadVariable { name, why: "is missing".to_owned() })
    }

    /// A secret.
    pub(crate) fn secret(&self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// A variable that means something, if it is set.
    pub(crate) fn parsed<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, BadVariable> {
        let read = |text| parse(text).map_err(|why| BadVariable { name, why: format!("can't be used: {why}") });
        self.text(name).map(read).transpose()
    }
}

impl Variable {
    fn bad(&self, why: String) -> BadVariable {
        BadVariable { name: self.name, why }
    }

    fn read_file(&self, path: &str) -> Result<String, BadVariable> {
        let text =
            fs::read_to_string(path).map_err(|error| self.bad(format!("can't be read from its file: {error}")))?;
        let text = text.trim();
        if text.is_empty() { Err(self.bad("is empty in its file".to_owned())) } else { Ok(text.to_owned()) }
    }
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.", self.name, self.why)
    }
}

impl std::error::Error for BadVariable {}

/// A table as `--help` shows it.
pub(crate) fn help(table: &[Variable]) -> String {
    let line = |variable: &Variable| {
        let file = if variable.secret { format!(" (or {}_FILE)", variable.name) } else { String::new() };
        let default = match variable.default {
            "" => String::new(),
            default if default.starts_with('(') => format!(" {default}"),
            default => format!(" [{default}]"),
        };
        format!("  {:<30} {}{file}{default}\n", variable.name, variable.about)
    };
    table.iter().map(line).collect()
}
