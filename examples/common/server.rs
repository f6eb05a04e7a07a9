//! What every server that talks to the provider is told.

use std::{fmt::Display, net::SocketAddr};

use responder::{http::Signatures, settings, signature::AuthTokens};

use super::environment::{BadVariable, Environment};

pub(crate) fn bad<E: Display>(name: &'static str) -> impl FnOnce(E) -> BadVariable {
    move |error| BadVariable { name, why: format!("can't be used: {error}") }
}

/// Where to listen: `BIND`, and the port that the variable `name` has.
pub(crate) fn listen(env: &Environment, name: &'static str) -> Result<SocketAddr, BadVariable> {
    let port =
        env.parsed(name, |text| text.parse().map_err(|_| "it must be a number from 0 to 65535"))?.unwrap_or(5000);
    let address = env.parsed("BIND", str::parse)?.unwrap_or([127, 0, 0, 1].into());
    Ok(SocketAddr::new(address, port))
}

/// What the provider signs with. Without a token there is nothing to check with, which is an error.
pub(crate) fn signatures(env: &Environment) -> Result<Signatures, BadVariable> {
    if !flag(env, "TWILIO_SIGNATURE_VALIDATION", true)? {
        tracing::warn!("TWILIO_SIGNATURE_VALIDATION is off: anybody who finds this server can speak for the provider");
        return Ok(Signatures::Off);
    }
    let tokens = AuthTokens::new(env.required("TWILIO_AUTH_TOKEN")?.into()).map_err(bad("TWILIO_AUTH_TOKEN"))?;
    let others = ["TWILIO_AUTH_TOKEN_PREVIOUS", "TWILIO_WEBHOOK_KEY", "TWILIO_WEBHOOK_KEY_PREVIOUS"];
    let tokens = others.into_iter().try_fold(tokens, |tokens, name| match env.secret(name) {
        Some(other) => tokens.and(other).map_err(bad(name)),
        None => Ok(tokens),
    })?;
    Ok(Signatures::Checked(tokens))
}

pub(crate) fn flag(env: &Environment, name: &'static str, default: bool) -> Result<bool, BadVariable> {
    Ok(env.parsed(name, settings::flag)?.unwrap_or(default))
}
