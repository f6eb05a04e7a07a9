//! What a call goes on with when one of our answers could not be had or used.

use std::sync::Arc;

use ::http::Response;

use super::asked::Asked;
use crate::{
    branch::Branch,
    emergency::Input,
    http::{Body, Call, HttpError, twiml},
    script::path,
};

/// Needs no store: the same question again in a moment, as long as that is worth while. The emergency hears of it
/// beside that.
pub(super) async fn call_fallback(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let again = failed_question(&branch, &call);
    let again = again.and_then(|question| branch.links().again(&question, call.form().iter()));
    let document = match again {
        Some(again) => branch.script().try_again(&again),
        None => branch.script().out_of_order(),
    };
    note(branch, &call);
    Ok(twiml(&document))
}

/// Path and query of the question whose answer failed, if it was one of ours.
fn failed_question(branch: &Branch, call: &Call) -> Option<String> {
    let url = call.form().get("ErrorUrl")?;
    let below = url.strip_prefix(branch.links().public().as_str())?;
    let question = below.split('#').next().unwrap_or_default();
    let is_path = question.starts_with('/') && !question.starts_with(path::CALL_FALLBACK);
    is_path.then(|| question.to_owned())
}

fn note(branch: Arc<Branch>, call: &Call) {
    let fields = call.fields();
    let asked = Asked::new(call, &fields);
    let (Ok(id), Ok(sid)) = (asked.emergency(), asked.call()) else { return };
    let input = Input::FallbackUsed { call: sid, code: asked.said().error_code() };
    tokio::spawn(async move {
        if let Err(error) = branch.handle(id, input).await {
            tracing::warn!(emergency = %id, %error, "a failed answer could not be noted");
        }
    });
}
