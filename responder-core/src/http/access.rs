//! Who may call an endpoint.

use std::sync::Arc;

use crate::access::{Need, Permission, Session, SessionToken};

/// Who may call an endpoint. There is no other place where this is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without credentials.
    Public,
    /// Everybody, from one of our own pages: logging in, which another site must not do for somebody.
    OwnPages,
    /// Whoever has one of these.
    AnyOf(Vec<Credential>),
}

/// A way to show who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// The signature of a telephony provider.
    TwilioSignature,
    /// `Authorization: Bearer` with the intake token.
    IntakeToken,
    /// `X-Signature-256`: the HMAC of the body.
    IntakeHmac,
    /// `Authorization: Bearer` with the token that branch and admin server share.
    Internal(BranchScope),
    /// HTTP Basic with the user `operator`. Browsers send it by themselves, so that a request which changes something
    /// must also come from one of our own pages. A `GET` counts as changing nothing: one that sends or changes after
    /// all must not take this credential.
    OperatorBasic,
    /// `Authorization: Bearer` with a token by which a user of an app is known; see
    /// [`UserTokens`](super::UserTokens).
    UserToken,
    /// `?ticket=` with a ticket for this path that [`Call::ticket`](super::Call::ticket) has given out: for a browser's
    /// `EventSource`, which can send no header of its own. Good once, for a minute.
    Ticket,
    /// A session of somebody who fulfils the need. Whatever changes something must also come from one of our own pages
    /// and show the session's token for that, in the header `X-CSRF-Token` or the field `csrf_token` of a form.
    Session(Need),
    /// The same for a page: whoever has no session is sent to log in.
    Page(Need),
}

/// Whose token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BranchScope {
    /// That of any branch we know.
    Any,
    /// That of the branch which the path names in this parameter.
    Parameter(&'static str),
}

/// As whom a caller was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The endpoint is public.
    Anonymous,
    /// The telephony provider.
    Provider,
    /// Somebody who may report emergencies.
    Intake,
    /// The other server of this branch.
    Internal {
        /// Whose token it was.
        branch: String,
    },
    /// A person with the operator's password.
    Operator,
    /// Whoever was given a ticket.
    Ticket,
    /// A user of an app.
    User {
        /// As whom their token knows them.
        id: String,
    },
    /// Somebody who is logged in.
    Session(Arc<LoggedIn>),
}

/// A session, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// What the browser has.
    pub token: SessionToken,
    /// Whose it is.
    pub session: Session,
}

impl Access {
    /// Only the telephony provider.
    pub fn provider() -> Self {
        Self::AnyOf(vec![Credential::TwilioSignature])
    }

    /// Whoever may report an emergency: by token or signed body, or a server of ours.
    pub fn intake() -> Self {
        Self::AnyOf(vec![Credential::IntakeToken, Credential::IntakeHmac, Credential::Internal(BranchScope::Any)])
    }

    /// Whoever may look into the branch and steer it: a server of ours, who may report, or a person with the password.
    ///
    /// The token of reporters ([`Credential::IntakeToken`]) is among them, as it was in the service before us: whoever
    /// has it may look at emergencies, cancel them, read and clear the log, and have log and timeline posted to any
    /// public address. Reports that are signed instead ([`Credential::IntakeHmac`]) give no such right.
    pub fn operator() -> Self {
        Self::AnyOf(Self::operators())
    }

    /// As [`operator`](Self::operator), or with a ticket that one of them has asked for. For a `GET` that changes
    /// nothing.
    pub fn operator_or_ticket() -> Self {
        let mut credentials = Self::operators();
        credentials.push(Credential::Ticket);
        Self::AnyOf(credentials)
    }

    fn operators() -> Vec<Credential> {
        vec![Credential::Internal(BranchScope::Any), Credential::IntakeToken, Credential::OperatorBasic]
    }

    /// Only a server of ours.
    pub fn internal() -> Self {
        Self::AnyOf(vec![Credential::Internal(BranchScope::Any)])
    }

    /// Only users of an app.
    pub fn user() -> Self {
        Self::AnyOf(vec![Credential::UserToken])
    }

    /// Whoever is logged in.
    pub fn logged_in() -> Self {
        Self::AnyOf(vec![Credential::Session(Need::LoggedIn)])
    }

    /// Only admins.
    pub fn admin() -> Self {
        Self::AnyOf(vec![Credential::Session(Need::Admin)])
    }

    /// Whoever has this permission for the branch that the path names in `parameter`.
    pub fn permitted(permission: Permission, parameter: &'static str) -> Self {
        Self::AnyOf(vec![Credential::Session(Need::Branch { permission, parameter })])
    }

    /// The same as a page: whoever is not logged in is sent to do so. For JSON as well as pages see
    /// [`Credential::Session`].
    #[must_use]
    pub fn as_page(self) -> Self {
        let as_page = |credential| match credential {
            Credential::Session(need) => Credential::Page(need),
            other => other,
        };
        match self {
            Self::AnyOf(credentials) => Self::AnyOf(credentials.into_iter().map(as_page).collect()),
            open @ (Self::Public | Self::OwnPages) => open,
        }
    }

    /// Whether somebody may call who is logged in.
    pub(super) fn takes_sessions(&self) -> bool {
        let is_session = |credential: &Credential| matches!(credential, Credential::Session(_) | Credential::Page(_));
        self.credentials().iter().any(is_session)
    }

    pub(super) fn credentials(&self) -> &[Credential] {
        match self {
            Self::Public | Self::OwnPages => &[],
            Self::AnyOf(credentials) => credentials,
        }
    }
}
