//! Whether a request may pass.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use super::ticket::Tickets;
use super::{Access, BranchScope, Caller, Credential, HttpError, Keys, MountedPath, Params, Signatures};
use crate::PublicUrl;
use crate::signature::Payload;

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
        if *self.access == Access::Public {
            return Ok(Admission::Granted(Caller::Anonymous));
        }
        let mut depends_on_body = false;
        let mut is_foreign = false;
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
                    is_foreign = true;
                }
                Credential::UserToken => {
                    if let Some(id) = self.user() {
                        return Ok(Admission::Granted(Caller::User { id }));
                    }
                }
                Credential::Ticket if self.shows_ticket() => return Ok(Admission::Granted(Caller::Ticket)),
                Credential::TwilioSignature => depends_on_body |= self.may_be_signed(),
                Credential::IntakeHmac => depends_on_body |= self.header(HMAC_HEADER).is_some(),
                Credential::IntakeToken | Credential::OperatorBasic | Credential::Ticket => {}
            }
        }
        match (depends_on_body, is_foreign) {
            (true, _) => Ok(Admission::DependsOnBody),
            (false, true) => Err(cross_origin()),
            (false, false) => Err(self.refused()),
        }
    }

    /// Checks what covers the body. `fields` are those of a form, if it is one that can be read.
    pub(super) fn by_body(&self, body: &[u8], fields: Option<&[(String, String)]>) -> Result<Caller, HttpError> {
        let credentials = self.access.credentials();
        if credentials.contains(&Credential::IntakeHmac) && self.shows_hmac(body) {
            return Ok(Caller::Intake);
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
        let message = "This needs credentials, and those that came with it are missing or wrong.";
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
}

fn cross_origin() -> HttpError {
    let message = "With a password, this may only be done from one of our own pages.";
    HttpError::new(StatusCode::FORBIDDEN, "cross_origin", message)
}

const HMAC_HEADER: &str = "x-signature-256";
