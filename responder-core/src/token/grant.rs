//! What a token is good for. Names on the wire are Twilio's; what is not set, or blank, is left out.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

type Text<'a> = Option<Cow<'a, str>>;

/// Calls, with the Voice SDK.
///
/// ```
/// use responder_core::token::VoiceGrant;
///
/// let grant = VoiceGrant::new().outgoing("AP1").push_credential("CR1").incoming();
/// let json = r#"{"incoming":{"allow":true},"outgoing":{"application_sid":"AP1"},"push_credential_sid":"CR1"}"#;
/// assert_eq!(serde_json::to_string(&grant)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VoiceGrant<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    incoming: Option<Incoming>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<Outgoing<'a>>,
    #[serde(skip_serializing_if = "blank")]
    push_credential_sid: Text<'a>,
    #[serde(skip_serializing_if = "blank")]
    endpoint_id: Text<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Incoming {
    allow: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Outgoing<'a> {
    application_sid: Cow<'a, str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    params: Map<String, Value>,
}

impl<'a> VoiceGrant<'a> {
    /// Voice, and nothing of it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls may come in.
    #[must_use]
    pub fn incoming(mut self) -> Self {
        self.incoming = Some(Incoming { allow: true });
        self
    }

    /// Calls may go out, and are handled by this TwiML application (`AP…`). A blank one counts as none.
    #[must_use]
    pub fn outgoing(self, application_sid: impl Into<Cow<'a, str>>) -> Self {
        self.outgoing_with(application_sid, Map::new())
    }

    /// The same; each call brings these parameters to the application's voice URL. Without an application there are
    /// none, so that both are set together.
    #[must_use]
    pub fn outgoing_with(mut self, application_sid: impl Into<Cow<'a, str>>, params: Map<String, Value>) -> Self {
        let application_sid = application_sid.into();
        self.outgoing = (!application_sid.is_empty()).then_some(Outgoing { application_sid, params });
        self
    }

    /// By which credential (`CR…`) the phone is woken up for a call.
    #[must_use]
    pub fn push_credential(mut self, sid: impl Into<Cow<'a, str>>) -> Self {
        self.push_credential_sid = Some(sid.into());
        self
    }

    /// Which of somebody's devices this is.
    #[must_use]
    pub fn endpoint(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.endpoint_id = Some(id.into());
        self
    }
}

macro_rules! grant {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $setter:ident => $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct $name<'a> {
            $(#[serde(skip_serializing_if = "blank")] $field: Text<'a>,)*
        }

        impl<'a> $name<'a> {
            /// The service, and nothing named yet.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$field_doc])*
                #[must_use]
                pub fn $setter(mut self, value: impl Into<Cow<'a, str>>) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            )*
        }
    };
}

grant! {
    /// Video rooms.
    VideoGrant {
        /// Only this room, by name or sid; without, any.
        room => room,
    }
}

grant! {
    /// Conversations (once: Chat).
    ChatGrant {
        /// The service (`IS…`).
        service => service_sid,
        /// Which of somebody's devices this is.
        endpoint => endpoint_id,
        /// The role on a deployment (`RL…`).
        deployment_role => deployment_role_sid,
        /// By which credential (`CR…`) the phone is notified.
        push_credential => push_credential_sid,
    }
}

grant! {
    /// Shared state.
    SyncGrant {
        /// The service (`IS…`).
        service => service_sid,
        /// Which of somebody's devices this is.
        endpoint => endpoint_id,
    }
}

grant! {
    /// Tasks and the workers who do them.
    TaskRouterGrant {
        /// The workspace (`WS…`).
        workspace => workspace_sid,
        /// The worker (`WK…`).
        worker => worker_sid,
        /// What the bearer is there, such as `worker`.
        role => role,
    }
}

pub(super) fn blank(text: &Text<'_>) -> bool {
    text.as_deref().is_none_or(str::is_empty)
}
