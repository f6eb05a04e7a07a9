//! Mail by SMTP.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        self,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret, SecretString};

use super::{Notifier, NotifyError};
use crate::script::Mail;

/// Sends mail by a server that takes it from us: text and HTML, one copy for each recipient, so that one who is refused
/// keeps it from nobody else.
///
/// A mail is sent again as a whole until everybody has it or was refused for good; who has it already is remembered by
/// this process, and by receivers through the `Message-ID`.
///
/// ```
/// use responder_core::notify::SmtpNotifier;
///
/// let url = "smtps://branch:password@mail.example.com";
/// let notifier = SmtpNotifier::new(&url.into(), "Tucson <tucson@example.com>")?;
/// # let _ = notifier;
/// # Ok::<(), responder_core::notify::SmtpError>(())
/// ```
pub struct SmtpNotifier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    taken: Mutex<VecDeque<(String, String)>>,
}

/// Why mail can't be sent with these settings. Does not repeat them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpError {
    /// The address of the server can't be used.
    #[error("the address of a mail server is smtp:// or smtps://, user:password@ if it wants them, host, and port")]
    Url,
    /// A password would go over the network in the clear.
    #[error("a password needs smtps://, or ?tls=required at the end of the address")]
    PlainPassword,
    /// The sender is no address.
    #[error("the sender of mails is an address, such as Tucson <tucson@example.com>")]
    Sender,
    /// What is to be trusted is no certificate.
    #[error("that is not a valid PEM certificate")]
    Certificate,
}

/// What became of one copy.
enum Copy {
    Taken,
    /// For good, with the status of the server if it said one.
    Refused(Option<u16>),
    /// For now, with the same.
    Unavailable(Option<u16>),
}

impl SmtpNotifier {
    /// By the server at `url`: `smtps://` with TLS from the first byte; `smtp://` with `?tls=required` for STARTTLS,
    /// `?tls=opportunistic` for STARTTLS where the server knows it, in the clear without either. A path is the name
    /// that we give to the server; without one it is the sender's domain. Certificates are those that the system
    /// trusts.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub fn new(url: &SecretString, from: &str) -> Result<Self, SmtpError> {
        Self::build(url, from, None)
    }

    /// Trusts a certificate, in PEM form, beside those of the system: for a server of one's own.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub fn trusting(certificate: &[u8], url: &SecretString, from: &str) -> Result<Self, SmtpError> {
        // A text without any certificate would count as one that trusts nobody more.
        let has_one = certificate.windows(PEM.len()).any(|part| part == PEM);
        let parsed = Certificate::from_pem(certificate).ok().filter(|_| has_one);
        Self::build(url, from, Some(parsed.ok_or(SmtpError::Certificate)?))
    }

    fn build(url: &SecretString, from: &str, trusted: Option<Certificate>) -> Result<Self, SmtpError> {
        let server = Server::parse(url.expose_secret())?;
        let from: Mailbox = from.parse().map_err(|_| SmtpError::Sender)?;
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| SmtpError::Url)?;
        let mut builder = builder.timeout(Some(ANSWER_WITHIN));
        if !server.names_us {
            builder = builder.hello_name(ClientId::Domain(from.email.domain().to_owned()));
        }
        if let Some(certificate) = trusted {
            let parameters = TlsParameters::builder(server.host).add_root_certificate(certificate);
            let parameters = parameters.build_rustls().map_err(|_| SmtpError::Certificate)?;
            builder = builder.tls(match server.encryption {
                Encryption::Always => Tls::Wrapper(parameters),
                Encryption::Required => Tls::Required(parameters),
                Encryption::Opportunistic => Tls::Opportunistic(parameters),
                Encryption::None => Tls::None,
            });
        }
        Ok(Self { transport: builder.build(), from, taken: Mutex::default() })
    }

    fn message(&self, recipients: &[String], mail: &Mail) -> Result<Vec<u8>, NotifyError> {
        let to = recipients.iter().filter_map(|recipient| recipient.parse::<Address>().ok());
        let message = to.fold(Message::builder().from(self.from.clone()), |message, to| message.to(to.into()));
        let message =
            message.subject(mail.subject.clone()).date_now().message_id(self.message_id(mail)).header(Automatic);
        let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        let message =
            message.multipart(body).map_err(|_| NotifyError::Rejected("the mail has no sendable form".to_owned()))?;
        Ok(message.formatted())
    }

    /// The same for a repeat; none for a mail without a name, which gets one that nobody has.
    fn message_id(&self, mail: &Mail) -> Option<String> {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name: String = mail.id.as_ref()?.chars().map(|c| if is_fine(c) { c } else { '-' }).collect();
        Some(format!("<{name}@{}>", self.from.email.domain()))
    }

    async fn copy(&self, message: &[u8], recipient: &str, mail: &Mail) -> Copy {
        let Ok(to) = recipient.parse::<Address>() else { return Copy::Refused(None) };
        let Ok(envelope) = Envelope::new(Some(self.from.email.clone()), vec![to]) else { return Copy::Refused(None) };
        if self.has(recipient, mail) {
            return Copy::Taken;
        }
        match tokio::time::timeout(ANSWER_WITHIN, self.transport.send_raw(&envelope, message)).await {
            Ok(Ok(_)) => {
                self.remember(recipient, mail);
                Copy::Taken
            }
            Ok(Err(error)) => refused(&error),
            Err(_) => Copy::Unavailable(None),
        }
    }

    fn has(&self, recipient: &str, mail: &Mail) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        mail.id.as_ref().is_some_and(|id| taken.iter().any(|(mail, to)| mail == id && to == recipient))
    }

    fn remember(&self, recipient: &str, mail: &Mail) {
        let Some(id) = &mail.id else { return };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push_back((id.clone(), recipient.to_owned()));
        if taken.len() > REMEMBERED {
            taken.pop_front();
        }
    }
}

#[async_trait]
impl Notifier for SmtpNotifier {
    async fn send_mail(&self, recipients: &[String], mail: &Mail) -> Result<(), NotifyError> {
        let message = self.message(recipients, mail)?;
        let copies: Vec<_> = recipients.iter().map(|recipient| self.copy(&message, recipient, mail)).collect();
        let copies = stream::iter(copies).buffer_unordered(AT_A_TIME).collect::<Vec<_>>();
        let late = |_| NotifyError::Unavailable("the mail server did not take all copies in time".into());
        judge(tokio::time::timeout(ALL_WITHIN, copies).await.map_err(late)?)
    }
}

/// Who was refused for good does not get it by trying again, but those who were only put off do.
fn judge(copies: Vec<Copy>) -> Result<(), NotifyError> {
    let (all, mut refused, mut status) = (copies.len(), 0, None);
    let mut unavailable = None;
    for copy in copies {
        match copy {
            Copy::Taken => {}
            Copy::Refused(said) => {
                refused += 1;
                status = status.or(said);
            }
            Copy::Unavailable(said) => unavailable = Some(said),
        }
    }
    match (unavailable, refused) {
        (Some(said), _) => {
            tracing::warn!(status = said, "the mail server does not take a mail for everybody now");
            Err(NotifyError::Unavailable(NotTaken(said).into()))
        }
        (None, 0) => Ok(()),
        (None, refused) => {
            let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
            Err(NotifyError::Rejected(format!("{refused} of {all} recipients were refused{status}")))
        }
    }
}

/// A password that is wrong is refused for good by the server, but somebody will see to it.
fn refused(error: &smtp::Error) -> Copy {
    let status = error.status().map(u16::from);
    match status {
        Some(530 | 534 | 535 | 538) => Copy::Unavailable(status),
        _ if error.is_permanent() => Copy::Refused(status),
        _ => Copy::Unavailable(status),
    }
}

/// What the server says may name people, so only its status is kept.
#[derive(Debug, thiserror::Error)]
#[error("the mail server does not take it now{}", .0.map(|status| format!(" ({status})")).unwrap_or_default())]
struct NotTaken(Option<u16>);

/// What of a server's address does not depend on lettre.
struct Server {
    host: String,
    encryption: Encryption,
    /// Whether the path says who we are.
    names_us: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    Always,
    Required,
    Opportunistic,
    None,
}

impl Server {
    fn parse(url: &str) -> Result<Self, SmtpError> {
        let uri: ::http::Uri = url.parse().map_err(|_| SmtpError::Url)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(SmtpError::Url)?.to_owned();
        let tls = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "tls");
        let encryption = match (uri.scheme_str(), tls.as_ref().map(|(_, value)| &**value)) {
            (Some("smtps"), _) => Encryption::Always,
            (Some("smtp"), Some("required")) => Encryption::Required,
            (Some("smtp"), Some("opportunistic")) => Encryption::Opportunistic,
            (Some("smtp"), None) => Encryption::None,
            _ => return Err(SmtpError::Url),
        };
        let has_password = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        let is_hidden = matches!(encryption, Encryption::Always | Encryption::Required);
        if has_password && !is_hidden && !is_here {
            Err(SmtpError::PlainPassword)
        } else {
            Ok(Self { host, encryption, names_us: uri.path().len() > 1 })
        }
    }
}

/// So that nobody's holiday answers come to us (RFC 3834).
#[derive(Clone, Copy, Debug)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl fmt::Debug for SmtpNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpNotifier").finish_non_exhaustive()
    }
}

const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// How long the server may take for one copy.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// For all copies: less than the dispatcher gives a command.
const ALL_WITHIN: Duration = Duration::from_secs(16);

/// Connections.
const AT_A_TIME: usize = 4;

/// Copies whose arrival is remembered.
const REMEMBERED: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_senders_are_checked_at_once() {
        let with = |url: &str, from: &str| SmtpNotifier::new(&url.into(), from).err();
        for url in [
            "smtp://127.0.0.1:2525",
            "smtp://mail.example?tls=required",
            "smtp://user:secret@mail.example:587?tls=required",
            "smtps://user:secret@mail.example",
            "smtp://user:secret@localhost:25",
            "smtp://mail.example?tls=opportunistic",
        ] {
            assert_eq!(with(url, "Tucson <tucson@example.com>"), None, "{url}");
        }
        for url in ["", "mail.example", "http://mail.example", "smtp://", "smtp://mail.example?tls=maybe"] {
            assert_eq!(with(url, "tucson@example.com"), Some(SmtpError::Url), "{url}");
        }
        for url in ["smtp://user:secret@mail.example", "smtp://user:secret@mail.example?tls=opportunistic"] {
            assert_eq!(with(url, "tucson@example.com"), Some(SmtpError::PlainPassword), "{url}");
        }
        for from in ["", "tucson", "@example.com", "tucson@example.com\r\nBcc: x@example.com"] {
            assert_eq!(with("smtp://127.0.0.1", from), Some(SmtpError::Sender), "{from}");
        }
        let odd = SmtpNotifier::trusting(b"nonsense", &"smtps://mail.example".into(), "tucson@example.com");
        assert_eq!(odd.err(), Some(SmtpError::Certificate));
    }
}
