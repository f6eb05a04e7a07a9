//! Texts to the number of the branch.

use std::{sync::Arc, time::Duration};

use ::http::Response;

use super::answer::{Persistence, asked_at, in_time};
use super::asked::Asked;
use crate::{
    E164,
    branch::{Branch, TextAnswer},
    http::{Body, Call, HttpError, no_content, twiml_message},
    telephony::SendText,
    twiml::messaging,
};

/// A text came in. Who has no part in anything gets no answer.
pub(super) async fn sms_reply(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let (message, from) = (asked.message()?, asked.said().from(branch.settings().default_country));
    let Some(from) = from else { return Ok(no_content()) };
    let body = call.form().get("Body").unwrap_or_default().to_owned();
    let (work, asked_at, asking) = (Arc::clone(&branch), asked_at(&branch, &call), Arc::new(()));
    let is_repeat = asked_at.elapsed() >= Duration::from_secs(1);
    let persistence = if is_repeat { Persistence::WhileAsked } else { Persistence::UntilStored };
    let somebody_asks = Arc::downgrade(&asking);
    let answer = in_time(asked_at, persistence, move |_| {
        let (branch, message, body) = (Arc::clone(&work), message.clone(), body.clone());
        let somebody_asks = somebody_asks.clone();
        async move {
            let answer = branch.text_received(message, from, &body).await?;
            if let (Some(answer), None) = (&answer, somebody_asks.upgrade()) {
                send(&branch, from, answer).await;
            }
            Ok(answer)
        }
    })
    .await;
    drop(asking);
    match answer {
        Ok(Some(TextAnswer { state, text })) => {
            let words = branch.script().render_text(&state, &text);
            Ok(twiml_message(&messaging::Response::new().message(messaging::Message::new(words))))
        }
        Ok(None) => Ok(no_content()),
        Err(_) => Err(HttpError::unavailable(
            "not_now",
            "This can't be processed right now; send it again.",
            Duration::from_secs(2),
        )),
    }
}

/// The answer as a text of its own, when the request has been answered before it was there: whoever has accepted must
/// know that it counts.
async fn send(branch: &Branch, to: E164, answer: &TextAnswer) {
    let body = branch.script().render_text(&answer.state, &answer.text);
    let from = branch.settings().automated_number;
    if let Err(error) = branch.telephony().send_text(&SendText { to, from, body, status_callback: None }).await {
        tracing::warn!(branch = %branch.key(), %error, "an answer that came late could not be sent");
    }
}
