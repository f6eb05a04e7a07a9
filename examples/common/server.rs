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

/// What Twilio signs with. Without a token there is nothing to check with, which is an error.
pub(crate) fn signatures(env: &Environment) -> Result<Signatures, BadVariable> {
    Ok(checked_with(env, "TWILIO_AUTH_TOKEN")?.map_or(Signatures::Off, Signatures::Checked))
}

/// The key that the variable `name` has, and those that may be in use beside it; none if nothing is to be checked.
pub(crate) fn checked_with(env: &Environment, name: &'static str) -> Result<Option<AuthTokens>, BadVariable> {
    if !flag(env, "TWILIO_SIGNATURE_VALIDATION", true)? {
        tracing::warn!("TWILIO_SIGNATURE_VALIDATION is off: anybody who finds this server can speak for the provider");
        return Ok(None);
    }
    let tokens = AuthTokens::new(env.required(name)?.into()).map_err(bad(name))?;
    let others = ["TWILIO_AUTH_TOKEN_PREVIOUS", "TWILIO_WEBHOOK_KEY", "TWILIO_WEBHOOK_KEY_PREVIOUS"];
    let tokens = others.into_iter().try_fold(tokens, |tokens, name| match env.secret(name) {
        Some(other) => tokens.and(other).map_err(bad(name)),
        None => Ok(tokens),
    })?;
    Ok(Some(tokens))
}

pub(crate) fn flag(env: &Environment, name: &'static str, default: bool) -> Result<bool, BadVariable> {
    Ok(env.parsed(name, settings::flag)?.unwrap_or(default))
}
