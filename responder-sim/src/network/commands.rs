//! What tests and people make phones do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{behaviour::Behaviour, sid::Sid, trace::NumberConfig};

use super::Network;

/// A call that a phone makes.
///
/// ```
/// use responder_sim::DialIn;
///
/// let customer = DialIn::new("+15005550010", "+15005550001");
/// let app = DialIn::new("client:alice", "").to_url("http://127.0.0.1:5000/make_call").with("to", "+15005550006");
/// # assert_eq!((customer.voice_url, app.parameters.len()), (None, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialIn {
    /// The phone that calls: a number, or `client:` and an identity.
    pub from: String,
    /// The number that it calls; empty for a client that calls an application.
    #[serde(default)]
    pub to: String,
    /// Asked for the document instead of the address of the number.
    #[serde(default)]
    pub voice_url: Option<String>,
    /// Further fields of every request for a document, as a client's application gives them.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Replaces the script of the phone, for this call and later ones.
    #[serde(default)]
    pub behaviour: Option<Behaviour>,
}

impl DialIn {
    /// A call from a phone to a number.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        let (from, to) = (from.into(), to.into());
        Self { from, to, voice_url: None, parameters: BTreeMap::new(), behaviour: None }
    }

    /// Asks this address for the document.
    #[must_use]
    pub fn to_url(mut self, voice_url: impl Into<String>) -> Self {
        self.voice_url = Some(voice_url.into());
        self
    }

    /// Adds a field to every request for a document.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Gives the phone this script.
    #[must_use]
    pub fn behaving(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = Some(behaviour);
        self
    }
}

/// Why a phone, or the clock, did not do as it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The number has no address for calls or for texts.
    #[error("the number {0} is not set up for this")]
    NumberNotSetUp(String),
    /// There is no call with this identifier.
    #[error("there is no call {0}")]
    UnknownCall(Sid),
    /// The call is over.
    #[error("the call {0} is over")]
    CallOver(Sid),
    /// Time moves by itself and can't be moved.
    #[error("the clock is not stepped")]
    ClockNotStepped,
}

impl Network {
    pub(crate) fn phone_dials(&mut self, order: DialIn) -> Result<Sid, ControlError> {
        let mut config = self.numbers.get(&order.to).cloned().unwrap_or_default();
        if let Some(url) = order.voice_url {
            config = NumberConfig { voice_url: Some(url), voice_application: None, trunk: None, ..config };
        }
        if config.asked_about_calls().is_none() {
            return Err(ControlError::NumberNotSetUp(order.to));
        }
        if let Some(behaviour) = order.behaviour {
            self.phones.set(&order.from, vec![behaviour]);
        }
        Ok(self.dial_in(&order.from, &order.to, &config, order.parameters.into_iter().collect()))
    }

    pub(crate) fn phone_texts(&mut self, from: &str, to: &str, body: &str) -> Result<Sid, ControlError> {
        self.text_in(from, to, body).map_err(|_| ControlError::NumberNotSetUp(to.to_owned()))
    }

    pub(crate) fn phone_hangs_up(&mut self, sid: &Sid) -> Result<(), ControlError> {
        self.must_be_live(sid)?;
        self.hang_up(sid);
        Ok(())
    }

    /// True if somebody was listening.
    pub(crate) fn phone_presses(&mut self, sid: &Sid, keys: &str) -> Result<bool, ControlError> {
        self.must_be_live(sid)?;
        let heard = self.listens(sid);
        self.press(sid, keys);
        Ok(heard)
    }

    pub(crate) fn phone_speaks(&mut self, sid: &Sid, words: &str) -> Result<bool, ControlError> {
        self.must_be_live(sid)?;
        let heard = self.listens(sid);
        self.speak(sid, words);
        Ok(heard)
    }

    fn must_be_live(&self, sid: &Sid) -> Result<(), ControlError> {
        match self.calls.get(sid) {
            None => Err(ControlError::UnknownCall(sid.clone())),
            Some(call) if call.is_over() => Err(ControlError::CallOver(sid.clone())),
            Some(_) => Ok(()),
        }
    }
}
