//! How requests to the application are signed.

use std::io;

use http::HeaderValue;
use responder_core::signature::{Algorithm, AuthTokens, Payload, without_port};

use super::{Method, Webhook};
use crate::{options::Options, trace::HookKind};

/// Signs as the provider does: with the auth token or the signing key, or with a shared key that a header names.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    secret: AuthTokens,
    algorithm: Algorithm,
    header: &'static str,
    settings: Option<HeaderValue>,
}

impl Signer {
    pub(crate) fn of(options: &Options) -> io::Result<Self> {
        let header = options.dress.signature_header();
        let Some((id, secret)) = &options.webhook_key else {
            let secret = options.signing_key.as_ref().unwrap_or(&options.auth_token);
            let secret = AuthTokens::new(secret.clone()).map_err(io::Error::other)?;
            return Ok(Self { secret, algorithm: Algorithm::HmacSha1, header, settings: None });
        };
        let algorithm = Algorithm::HmacSha256;
        let settings = HeaderValue::from_str(&algorithm.settings(id)).map_err(io::Error::other)?;
        let secret = AuthTokens::new(secret.clone()).map_err(io::Error::other)?;
        Ok(Self { secret, algorithm, header, settings: Some(settings) })
    }

    /// The name of the header that carries the signature.
    pub(super) const fn header(&self) -> &'static str {
        self.header
    }

    /// What is said about the signature, if anything is.
    pub(super) const fn settings(&self) -> Option<&HeaderValue> {
        self.settings.as_ref()
    }

    /// The signature covers the address as it is asked for; a voice address by HTTPS loses its port (Twilio, "Webhooks
    /// security").
    pub(super) fn sign(&self, url: &str, method: Method, webhook: &Webhook) -> String {
        let sms = matches!(webhook.kind, HookKind::Sms | HookKind::SmsFallback | HookKind::MessageStatus);
        let signed = if url.starts_with("https:") && !sms { without_port(url) } else { url.into() };
        let payload = if method == Method::Post { Payload::Form(&webhook.fields) } else { Payload::Empty };
        let signed = if webhook.forged { format!("{signed}/forged").into() } else { signed };
        let signature = self.secret.sign_with(self.algorithm, &signed, payload);
        signature.expect("BUG: a webhook has a handful of fields and no raw body")
    }
}
