//! Whether a request may pass.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};

use std::sync::Arc;

use super::ticket::Tickets;
use super::{
    Access, BranchScope, Caller, Credential, HttpError, Keys, LoggedIn, MountedPath, Params, Signatures, call::Media,
};
use crate::{
    PublicUrl,
    access::{Need, SessionToken},
    signature::Payload,
};

/// One request before its endpoint.
pub(super) struct Guard<'a> {
    pub(super) access: &'a Access,
    pub(super) keys: &'a Keys,
    pub(super) public: &'a PublicUrl,
    pub(super) head: &'a Parts,
    pub(super) target: &'a MountedPath,
    pub(super) params: &'a Params,
    pub(super) path: &'a str,
    pub(super) tickets: &'a Tickets,
    /// The session that the request shows, if its endpoint takes any.
    pub(super) session: Option<Arc<LoggedIn>>,
}

/// What the session of a request is good for.
enum Standing {
    /// The endpoint.
    Good,
    /// The endpoint, if the form shows the session's token.
    DependsOnForm,
    /// Nothing here.
    Refused(HttpError),
}

/// What the head of a request shows.
pub(super) enum Admission {
    /// Who it is.
    Granted(Caller),
    /// That only the body can tell.
    DependsOnBody,
}

impl Guard<'_> {
    /// Checks what needs no body.
    pub(super) fn by_head(&self) -> Result<Admission, HttpError> {
        match self.access {
            Access::Public => return Ok(Admission::Granted(Caller::Anonymous)),
            Access::OwnPages if self.comes_from_us() => return Ok(Admission::Granted(Caller::Anonymous)),
            Access::OwnPages => return Err(cross_origin()),
            Access::AnyOf(_) => {}
        }
        let mut depends_on_body = false;
        let mut refusal = None;
        for credential in self.access.credentials() {
            match credential {
                Credential::IntakeToken if self.shows_intake_token() => {
                    return Ok(Admission::Granted(Caller::Intake));
                }
                Credential::Internal(scope) => {
                    if let Some(branch) = self.internal(*scope) {
                        return Ok(Admission::Granted(Caller::Internal { branch }));
                    }
                }
                Credential::OperatorBasic if self.shows_password() => {
                    if self.changes_nothing() || self.comes_from_us() {
                        return Ok(Admission::Granted(Caller::Operator));
                    }
                    refusal = Some(cross_origin());
                }
                Credential::UserToken => {
                    if let Some(id) = self.user() {
                        return Ok(Admission::Granted(Caller::User { id }));
                    }
                }
                Credential::Ticket if self.shows_ticket() => return Ok(Admission::Granted(Caller::Ticket)),
                Credential::Session(need) | Credential::Page(need) => {
                    let Some(session) = &self.session else { continue };
                    match self.standing(session, *need) {
                        Standing::Good => return Ok(Admission::Granted(Caller::Session(Arc::clone(session)))),
                        Standing::DependsOnForm => depends_on_body = true,
                        Standing::Refused(error) => refusal = Some(error),
                    }
                }
                Credential::TwilioSignature => depends_on_body |= self.may_be_signed(),
                Credential::IntakeHmac => depends_on_body |= self.header(HMAC_HEADER).is_some(),
                Credential::IntakeToken | Credential::OperatorBasic | Credential::Ticket => {}
            }
        }
        match (depends_on_body, refusal) {
            (true, _) => Ok(Admission::DependsOnBody),
            (false, Some(refusal)) => Err(refusal),
            (false, None) => Err(self.refused()),
        }
    }

    /// Checks what covers the body. `fields` are those of a form, if it is one that can be read.
    pub(super) fn by_body(&self, body: &[u8], fields: Option<&[(String, String)]>) -> Result<Caller, HttpError> {
        let credentials = self.access.credentials();
        if credentials.contains(&Credential::IntakeHmac) && self.shows_hmac(body) {
            return Ok(Caller::Intake);
        }
        if let Some(session) = self.session.as_ref().filter(|session| self.has_need_of(session)) {
            let given = fields.into_iter().flatten().find(|(name, _)| name == CSRF_FIELD);
            return match given {
                Some((_, token)) if session.token.has_csrf(token) => Ok(Caller::Session(Arc::clone(session))),
                _ => Err(wrong_csrf()),
            };
        }
        let payload = match fields {
            Some(fields) => Payload::Form(fields),
            None if body.is_empty() => Payload::Empty,
            None => Payload::Body(body),
        };
        if credentials.contains(&Credential::TwilioSignature) && self.is_signed(payload) {
            return Ok(Caller::Provider);
        }
        Err(self.refused())
    }

    /// What somebody who is logged in may do here. What a browser sends by itself counts only for looking.
    fn standing(&self, session: &LoggedIn, need: Need) -> Standing {
        if !self.fulfils(session, need) {
            return Standing::Refused(forbidden());
        }
        if self.changes_nothing() {
            return Standing::Good;
        }
        if !self.comes_from_us() {
            return Standing::Refused(cross_origin());
        }
        match self.header(CSRF_HEADER) {
            Some(token) if session.token.has_csrf(token) => Standing::Good,
            None if self.head.headers.get(CSRF_HEADER).is_none() && self.is_form() => Standing::DependsOnForm,
            _ => Standing::Refused(wrong_csrf()),
        }
    }

    fn has_need_of(&self, session: &LoggedIn) -> bool {
        self.access.credentials().iter().any(|credential| match credential {
            Credential::Session(need) | Credential::Page(need) => self.fulfils(session, *need),
            _ => false,
        })
    }

    fn fulfils(&self, session: &LoggedIn, need: Need) -> bool {
        let branch = match need {
            Need::Branch { parameter, .. } => self.params.get(parameter),
            Need::LoggedIn | Need::Admin => None,
        };
        session.session.user.rights.fulfil(need, branch)
    }

    fn is_form(&self) -> bool {
        Media::of(&self.head.headers) == Media::Form
    }

    /// Whoever shows no signature at all must not keep us waiting with a body.
    fn may_be_signed(&self) -> bool {
        match self.keys.signatures.verifier() {
            Some(verifier) => verifier.is_signed(&self.head.headers),
            None => matches!(self.keys.signatures, Signatures::Off),
        }
    }

    fn is_signed(&self, payload: Payload<'_>) -> bool {
        match self.keys.signatures.verifier() {
            Some(verifier) => {
                let url = self.public.at(self.target.as_str());
                verifier.verify(&self.head.headers, &url, payload).is_ok()
            }
            None => matches!(self.keys.signatures, Signatures::Off),
        }
    }

    fn shows_hmac(&self, body: &[u8]) -> bool {
        let given = self.header(HMAC_HEADER);
        self.keys.intake_hmac.as_ref().zip(given).is_some_and(|(key, given)| key.signed(body, given))
    }

    fn shows_intake_token(&self) -> bool {
        let given = self.authorization("bearer");
        self.keys.intake_token.as_ref().zip(given).is_some_and(|(key, given)| key.matches(given))
    }

    fn internal(&self, scope: BranchScope) -> Option<String> {
        let branch = self.keys.branch_of(self.authorization("bearer")?)?;
        let fits = match scope {
            BranchScope::Any => true,
            BranchScope::Parameter(name) => self.params.get(name) == Some(branch),
        };
        fits.then(|| branch.to_owned())
    }

    fn user(&self) -> Option<String> {
        let token = self.authorization("bearer").filter(|token| !token.is_empty())?;
        self.keys.users.as_ref()?.user(token)
    }

    fn shows_password(&self) -> bool {
        let given = self.authorization("basic").and_then(|given| STANDARD.decode(given).ok());
        let given = given.and_then(|given| String::from_utf8(given).ok());
        let password = given.as_deref().and_then(|given| given.strip_prefix("operator:"));
        self.keys.operator_password.as_ref().zip(password).is_some_and(|(key, password)| key.matches(password))
    }

    /// Last of all, because it uses the ticket up.
    fn shows_ticket(&self) -> bool {
        let query = super::Form::parse(self.target.query().as_bytes());
        let ticket = query.as_ref().ok().and_then(|query| query.get("ticket"));
        ticket.is_some_and(|ticket| self.tickets.redeem(ticket, self.path, self.keys, self.public))
    }

    /// What a browser can be made to send from elsewhere without harm.
    fn changes_nothing(&self) -> bool {
        matches!(self.head.method, Method::GET | Method::HEAD)
    }

    /// Whether a browser says that the request comes from one of our pages. `Sec-Fetch-Site` decides where it is sent:
    /// it is right also behind another name than the public one, and no page can set it (W3C, "Fetch Metadata").
    fn comes_from_us(&self) -> bool {
        match (self.header("sec-fetch-site"), self.header(header::ORIGIN.as_str())) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin == self.public.origin(),
            (None, None) => false,
        }
    }

    fn authorization(&self, scheme: &str) -> Option<&str> {
        let (given, rest) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    /// A header that is there once: of two, a proxy may have checked the other.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.headers.get_all(name).iter();
        let value = values.next()?;
        if values.next().is_some() { None } else { value.to_str().ok() }
    }

    fn refused(&self) -> HttpError {
        let credentials = self.access.credentials();
        if credentials.iter().all(|credential| *credential == Credential::TwilioSignature) {
            let message = "The request is not signed by the telephony provider.";
            return HttpError::new(StatusCode::FORBIDDEN, "invalid_signature", message);
        }
        if credentials.iter().all(|credential| matches!(credential, Credential::Page(_))) {
            return self.log_in();
        }
        let message = "Credentials are required; they are missing or wrong.";
        let mut error = HttpError::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
        let takes = |wanted: fn(&Credential) -> bool| credentials.iter().any(wanted);
        if takes(|c| matches!(c, Credential::OperatorBasic)) {
            let basic = HeaderValue::from_static("Basic realm=\"responder\", charset=\"UTF-8\"");
            error = error.with_header(header::WWW_AUTHENTICATE, basic);
        }
        if takes(|c| matches!(c, Credential::IntakeToken | Credential::Internal(_) | Credential::UserToken)) {
            error = error.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        error
    }

    /// For a page: where to log in.
    fn log_in(&self) -> HttpError {
        let location = HeaderValue::from_str(&format!("{}{LOGIN_PATH}", self.public.path()));
        let error = HttpError::new(StatusCode::FOUND, "login_required", "You have to log in first.");
        location.into_iter().fold(error, |error, location| error.with_header(header::LOCATION, location))
    }
}

/// The token of the session that a request shows. Of two different ones, somebody else may have set one.
pub(super) fn token_in(headers: &HeaderMap, public: &PublicUrl) -> Option<SessionToken> {
    let cookie = session_cookie(public);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == cookie).map(|(_, value)| value);
    let value = values.next()?;
    if values.any(|other| other != value) { None } else { SessionToken::read(value) }
}

fn cross_origin() -> HttpError {
    let message = "This may only be done from one of our own pages; a program shows a token instead of the password.";
    HttpError::new(StatusCode::FORBIDDEN, "cross_origin", message)
}

fn wrong_csrf() -> HttpError {
    let message = "The token of the page is missing or wrong; load the page again.";
    HttpError::new(StatusCode::FORBIDDEN, "wrong_csrf_token", message)
}

fn forbidden() -> HttpError {
    HttpError::new(StatusCode::FORBIDDEN, "permission_denied", "You are not allowed to do this.")
}

/// The cookie of a session at `public`: [`SESSION_COOKIE`], with `__Host-` before it where that is possible. Then
/// browsers take it from this very host over TLS alone, and no neighbour in its domain can set one for somebody.
///
/// ```
/// use responder_core::http::session_cookie;
///
/// assert_eq!(session_cookie(&"https://admin.example.com".parse()?), "__Host-responder_session");
/// assert_eq!(session_cookie(&"https://example.com/admin".parse()?), "responder_session", "it is for a path");
/// # Ok::<(), responder_core::PublicUrlError>(())
/// ```
pub fn session_cookie(public: &PublicUrl) -> &'static str {
    if public.is_https() && public.path().is_empty() { HOST_COOKIE } else { SESSION_COOKIE }
}

/// The cookie of a session; see [`session_cookie`].
pub const SESSION_COOKIE: &str = "responder_session";

const HOST_COOKIE: &str = "__Host-responder_session";

/// Where somebody logs in, below the mount point.
pub const LOGIN_PATH: &str = "/login";

/// Where what changes something shows the token of its page.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The same in a form.
pub const CSRF_FIELD: &str = "csrf_token";

const HMAC_HEADER: &str = "x-signature-256";
