//! What the fragment of an address says about time-outs and retries (Twilio, "Webhooks: connection overrides").

use std::time::Duration;

/// The wishes in the fragment, or the defaults. Values out of range are taken to the nearest end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overrides {
    pub(crate) connect: Duration,
    pub(crate) read: Duration,
    pub(crate) total: Duration,
    pub(crate) retries: u32,
    pub(crate) policy: Policy,
}

/// What is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) connect: bool,
    pub(crate) read: bool,
    pub(crate) client_errors: bool,
    pub(crate) server_errors: bool,
}

impl Overrides {
    pub(crate) fn of(url: &str) -> Self {
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        let mut overrides = Self::default();
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            overrides.apply(&key, &value);
        }
        overrides
    }

    fn apply(&mut self, key: &str, value: &str) {
        let millis = |most: u64| value.parse().ok().map(|ms: u64| Duration::from_millis(ms.clamp(100, most)));
        match key {
            "ct" => self.connect = millis(10_000).unwrap_or(self.connect),
            "rt" => self.read = millis(15_000).unwrap_or(self.read),
            "tt" => self.total = millis(15_000).unwrap_or(self.total),
            "rc" => self.retries = value.parse().map_or(self.retries, |count: u32| count.min(5)),
            "rp" => self.policy = Policy::read(value),
            _ => {}
        }
    }
}

impl Policy {
    fn read(list: &str) -> Self {
        let has = |word: &str| list.split(',').any(|listed| matches!(listed.trim(), "all") || listed.trim() == word);
        Self { connect: has("ct"), read: has("rt"), client_errors: has("4xx"), server_errors: has("5xx") }
    }
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            policy: Policy { connect: true, ..Policy::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fragment_only_connections_are_tried_again() {
        let overrides = Overrides::of("http://localhost/voice?a=1");
        assert_eq!(overrides, Overrides::default());
        assert_eq!((overrides.retries, overrides.policy.connect, overrides.policy.server_errors), (1, true, false));
    }

    #[test]
    fn the_fragment_is_read_and_clamped() {
        let overrides = Overrides::of("http://localhost/#rc=9&rp=5xx,rt&rt=4000&ct=1&tt=99999");
        assert_eq!(overrides.retries, 5);
        let policy = Policy { server_errors: true, read: true, ..Policy::default() };
        assert_eq!(overrides.policy, policy);
        let millis = [overrides.read, overrides.connect, overrides.total].map(|span| span.as_millis());
        assert_eq!(millis, [4_000, 100, 15_000]);
        let all = Overrides::of("http://localhost/#rp=all").policy;
        assert!(all.connect && all.read && all.client_errors && all.server_errors);
    }
}
