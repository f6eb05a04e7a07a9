//! What differs between providers that speak this API.

/// What is different at a provider that is compatible with Twilio. Everything else, paths and fields, is the same.
///
/// ```
/// use responder_core::telephony::{Dialect, TwilioClient};
///
/// let client = TwilioClient::builder("b3877c40-da60-4998-90ad-b792e98472af", "API token".into())
///     .base_url("https://example.signalwire.com/api/laml")
///     .dialect(Dialect::SIGNALWIRE);
/// assert!(client.build().is_ok());
/// # Ok::<(), responder_core::telephony::TwilioConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// What the names of accounts look like. A name of another form is refused before anything is sent to anybody.
    pub account_ids: AccountIds,
    /// How requests show who they are from.
    pub auth_scheme: AuthScheme,
}

/// What the names of accounts look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountIds {
    /// Anything, for tests and for providers of which this is not known.
    #[default]
    Any,
    /// `AC` and 32 hexadecimal digits.
    Twilio,
    /// A UUID: 32 hexadecimal digits in five groups.
    Uuid,
}

/// How requests show who they are from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthScheme {
    /// Account, or API key, and its secret (RFC 7617).
    #[default]
    Basic,
    /// The secret alone (RFC 6750).
    Bearer,
}

impl Dialect {
    /// Twilio itself: what every other dialect is compared with.
    pub const TWILIO: Self = Self { account_ids: AccountIds::Twilio, auth_scheme: AuthScheme::Basic };

    /// SignalWire's "Compatibility API": accounts are projects, with UUIDs. Its base URL is
    /// `https://<space>.signalwire.com/api/laml`; what it signs,
    /// [`signature::SignalWire`](crate::signature::SignalWire) verifies.
    pub const SIGNALWIRE: Self = Self { account_ids: AccountIds::Uuid, auth_scheme: AuthScheme::Basic };

    /// One with accounts and credentials of this form.
    pub const fn new(account_ids: AccountIds, auth_scheme: AuthScheme) -> Self {
        Self { account_ids, auth_scheme }
    }
}

/// Accounts with any name, and Basic credentials.
impl Default for Dialect {
    fn default() -> Self {
        Self::new(AccountIds::Any, AuthScheme::Basic)
    }
}

impl AccountIds {
    /// Whether `account` is of this form.
    pub fn fit(self, account: &str) -> bool {
        let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self {
            Self::Any => true,
            Self::Twilio => account.strip_prefix("AC").is_some_and(|rest| hex(rest, 32)),
            Self::Uuid => {
                let groups: Vec<&str> = account.split('-').collect();
                groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| hex(group, length))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AccountIds::{Any, Twilio, Uuid};

    #[test]
    fn accounts_are_known_by_their_form() {
        let twilio = "AC00000000000000000000000000000001";
        let uuid = "b3877c40-da60-4998-90ad-b792e98472af";
        for (form, account, fits) in [
            (Any, "anything", true),
            (Twilio, twilio, true),
            (Twilio, &twilio[1..], false),
            (Twilio, "AC0000000000000000000000000000000g", false),
            (Twilio, uuid, false),
            (Uuid, uuid, true),
            (Uuid, &uuid[1..], false),
            (Uuid, "b3877c40da60-4998-90ad-b792-e98472af", false),
            (Uuid, twilio, false),
        ] {
            assert_eq!(form.fit(account), fits, "{form:?} {account}");
        }
    }
}
