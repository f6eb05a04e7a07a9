//! What goes out beside calls and texts: mail, and events to somebody else's service.

use responder::notify::SmtpNotifier;

use super::{
    environment::{BadVariable, Environment},
    events::Events,
    server::bad,
};

/// What is set.
pub(crate) struct Outgoing {
    pub(crate) mail: Option<SmtpNotifier>,
    pub(crate) events: Events,
}

impl Outgoing {
    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        Ok(Self { mail: mail(env)?, events: Events::read(env)? })
    }
}

fn mail(env: &Environment) -> Result<Option<SmtpNotifier>, BadVariable> {
    let Some(url) = env.secret("SMTP_URL") else { return Ok(None) };
    // Which of the two is wrong, the error says.
    SmtpNotifier::new(&url, env.required("MAIL_FROM")?).map(Some).map_err(bad("SMTP_URL or MAIL_FROM"))
}
