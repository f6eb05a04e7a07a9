//! What can go wrong, by what may be done about it.

use std::{error::Error, fmt, time::Duration};

/// Why a request to a provider gave no answer that can be used.
///
/// `Display` and `Debug` are for diagnostics and hold neither phone numbers nor texts; the provider's own words, which
/// may, are in [`message`](Self::Rejected::message), for the timeline.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TelephonyError {
    /// The provider will not do it, now or later: a bad number, a wrong state, no credit, wrong credentials.
    #[error("the provider refuses the request: status {status}{}", code_suffix(*.code))]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The provider's number for the reason, such as 21220.
        code: Option<u32>,
        /// The provider's words. They may name phone numbers.
        message: String,
    },
    /// Too many requests. This one was certainly not processed and may be sent again, after a pause.
    #[error("too many requests at once")]
    RateLimited {
        /// The least pause, if one was stated.
        retry_after: Option<Duration>,
    },
    /// The request did not leave: no connection, no such host, no agreement on encryption. It may be sent again.
    #[error("the provider can't be reached")]
    NotSent {
        /// What stood in the way.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody knows: the answer was an error of the provider's, came too late, broke off or can't be read. The request
    /// may have been processed.
    #[error("the outcome of the request is unknown{}", status_suffix(*.status))]
    Unknown {
        /// The HTTP status, if there was one.
        status: Option<u16>,
        /// What broke, if the status is not it.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl TelephonyError {
    /// Whether the same request may be sent again without any risk of doing things twice.
    ///
    /// After [`Unknown`](Self::Unknown) that holds only for requests that read, end or delete something.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::NotSent { .. } => true,
            Self::Rejected { .. } | Self::Unknown { .. } => false,
        }
    }

    /// Whether the request may have been processed although there is no answer.
    pub const fn may_have_been_processed(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// The provider's number for the reason, if it gave one.
    pub const fn code(&self) -> Option<u32> {
        match self {
            Self::Rejected { code, .. } => *code,
            Self::RateLimited { .. } | Self::NotSent { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Whether the provider knows nothing of that name.
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Rejected { status: 404, .. })
    }
}

impl fmt::Debug for TelephonyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Rejected { .. } => "Rejected",
            Self::RateLimited { .. } => "RateLimited",
            Self::NotSent { .. } => "NotSent",
            Self::Unknown { .. } => "Unknown",
        };
        write!(f, "{name}({self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        f.write_str(")")
    }
}

fn code_suffix(code: Option<u32>) -> String {
    code.map(|code| format!(", code {code}")).unwrap_or_default()
}

fn status_suffix(status: Option<u16>) -> String {
    status.map(|status| format!(": status {status}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_hold_no_numbers() {
        let message = "The 'To' number +15005550001 is not valid".to_owned();
        let error = TelephonyError::Rejected { status: 400, code: Some(21211), message };
        assert_eq!(error.to_string(), "the provider refuses the request: status 400, code 21211");
        assert_eq!(format!("{error:?}"), "Rejected(the provider refuses the request: status 400, code 21211)");
        let unknown = TelephonyError::Unknown { status: None, source: Some("cut".into()) };
        assert_eq!(format!("{unknown:?}"), "Unknown(the outcome of the request is unknown: cut)");
    }

    #[test]
    fn only_what_was_not_processed_is_safe_to_repeat() {
        let not_sent = TelephonyError::NotSent { source: "refused".into() };
        let limited = TelephonyError::RateLimited { retry_after: None };
        let unknown = TelephonyError::Unknown { status: Some(500), source: None };
        let rejected = TelephonyError::Rejected { status: 404, code: Some(20404), message: String::new() };
        let retryable: Vec<bool> = [&not_sent, &limited, &unknown, &rejected].map(|e| e.is_retryable()).into();
        assert_eq!(retryable, [true, true, false, false]);
        assert!(unknown.may_have_been_processed() && rejected.is_not_found());
        assert_eq!((rejected.code(), unknown.code()), (Some(20404), None));
    }
}
