//! What can be dialled: apps.

use super::{CallEvent, Method, Parameter};
use crate::twiml::macros::element;

element! {
    /// An app that uses the provider's voice SDK.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Client, Dial, Parameter, Response};
    ///
    /// let document = Response::new().dial(
    ///     Dial::new().client(Client::default().identity("desk").parameter(Parameter::new().name("id").value("1"))),
    /// );
    /// let expected = r#"<Response><Dial><Client><Identity>desk</Identity><Parameter name="id" value="1"/></Client></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Client = "Client" in "voice"
    content optional
    /// The name under which the app has registered. Empty if an [`Identity`] says it.
    identity
    attributes {
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" hint Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
    }
    children ClientChild {
        /// Its name.
        identity: Identity,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// The name of a [`Client`], written as a child where parameters go with it.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Client, Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().client(Client::default().identity("desk")));
    /// let expected = "<Response><Dial><Client><Identity>desk</Identity></Client></Dial></Response>";
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Identity = "Identity" in "voice"
    content required
    /// The name under which the app has registered.
    identity
}

element! {
    /// An application of the account: its voice URL answers the call.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Application, Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().application(Application::new("AP0").copy_parent_to(true)));
    /// let expected = r#"<Response><Dial><Application copyParentTo="true">AP0</Application></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Application = "Application" in "voice"
    content optional
    /// The id of the application, which begins with `AP`. Empty if an [`ApplicationSid`] says it.
    sid
    attributes {
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How it is requested.
        method = "method" hint Method,
        /// What is reported.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
        /// The customer whose application it is.
        customer_id = "customerId" text,
        /// Whether the application sees the called number of this call, instead of its own id.
        copy_parent_to = "copyParentTo" flag,
    }
    children ApplicationChild {
        /// Its id.
        application_sid: ApplicationSid,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// The id of an [`Application`], written as a child where parameters go with it.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Application, Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().application(Application::default().application_sid("AP0")));
    /// let expected = "<Response><Dial><Application><ApplicationSid>AP0</ApplicationSid></Application></Dial></Response>";
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    ApplicationSid = "ApplicationSid" in "voice"
    content required
    /// The id, which begins with `AP`.
    sid
}
