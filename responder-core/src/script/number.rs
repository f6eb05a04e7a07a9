//! What is entered at the provider for a number.

use super::{Links, links::RETRIES, path};

/// The addresses of one number of a branch, as they are entered at the provider once. Each asks to be repeated when it
/// fails, as those do that calls are given.
///
/// ```
/// use responder_core::script::Links;
///
/// let number = Links::new("https://example.com/emergencies".parse()?).for_number();
/// assert!(number.incoming_call.starts_with("https://example.com/emergencies/incoming_twilio_call#"));
/// # Ok::<(), responder_core::PublicUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberLinks {
    /// "A call comes in".
    pub incoming_call: String,
    /// "Primary handler fails".
    pub call_fallback: String,
    /// "Call status changes".
    pub call_ended: String,
    /// "A message comes in".
    pub text: String,
}

impl Links {
    /// What is to be entered for each number of the branch.
    pub fn for_number(&self) -> NumberLinks {
        let at = |path: &str| format!("{}{path}{RETRIES}", self.public());
        NumberLinks {
            incoming_call: at(path::INCOMING_CALL),
            call_fallback: self.elsewhere().map_or_else(|| at(path::CALL_FALLBACK), str::to_owned),
            call_ended: at(path::CUSTOMER_CALL_ENDED),
            text: at(path::SMS_REPLY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fallback_elsewhere_is_entered_as_it_is() {
        let elsewhere = "https://static.example.com/sorry.xml";
        let links = Links::new("https://help.example.com".parse().expect("a URL")).fallback_url(elsewhere);
        let number = links.for_number();
        assert_eq!(number.call_fallback, elsewhere);
        assert_eq!(number.text, "https://help.example.com/sms_reply#rc=3&rp=5xx,ct,rt&rt=4000");
        assert_eq!(number.call_ended, "https://help.example.com/customer_call_ended#rc=3&rp=5xx,ct,rt&rt=4000");
    }
}
