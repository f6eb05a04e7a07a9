//! Texts to the number of the branch.

use std::sync::Arc;

use ::http::Response;
use tokio::time::Instant;

use super::answer::in_time;
use super::asked::Asked;
use crate::{
    branch::{Branch, TextAnswer},
    http::{Body, Call, HttpError, no_content, twiml_message},
    twiml::messaging,
};

/// A text came in. Who has no part in anything gets no answer.
pub(super) async fn sms_reply(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let (message, from) = (asked.message()?, asked.said().from(branch.settings().default_country));
    let Some(from) = from else { return Ok(no_content()) };
    let body = call.form().get("Body").unwrap_or_default().to_owned();
    let work = Arc::clone(&branch);
    let answer = in_time(Instant::now(), move |_| {
        let (branch, message, body) = (Arc::clone(&work), message.clone(), body.clone());
        async move { branch.text_received(message, from, &body).await }
    })
    .await;
    match answer {
        Ok(Some(TextAnswer { state, text })) => {
            let words = branch.script().render_text(&state, &text);
            Ok(twiml_message(&messaging::Response::new().message(messaging::Message::new(words))))
        }
        Ok(None) => Ok(no_content()),
        Err(_) => Err(HttpError::unavailable("not_now", "This can't be taken in at the moment; send it again.", 2)),
    }
}
