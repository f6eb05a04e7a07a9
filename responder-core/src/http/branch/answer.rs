//! Answers to the provider, in time.

use std::{error::Error, future::Future, sync::Arc, time::Duration};

use ::http::Response;
use tokio::time::{Instant, sleep, timeout};

use super::asked::Asked;
use super::provider::{ReadDocument, ReadNotice};
use crate::{
    branch::{Branch, HandleError, Handled},
    emergency::{Input, Reply},
    http::{Body, Call, HttpError, no_content, twiml},
    script::path,
    store::StoreError,
    telephony::REPEAT_TOKEN,
    twiml::voice::{self, Leave},
};

/// How long an answer may take. The URLs that we hand out let the provider wait for 4 seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// How long the work is tried while the store is away, whether somebody still waits for it or not.
const PERSISTS_FOR: Duration = Duration::from_secs(60);
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Why there is no answer now.
pub(super) enum Unanswered {
    /// There is no such emergency.
    NoEmergency,
    /// The store is slow or away. What was asked may still be handled.
    NotNow,
    /// The state can't be read. People take over.
    Unreadable,
}

/// Does the work on a task of its own, which goes on when the caller hangs up or we have to answer before it is done.
/// The work is told how many whole seconds ago it was asked for.
pub(super) async fn in_time<T, W>(
    asked_at: Instant,
    work: impl Fn(Duration) -> W + Send + 'static,
) -> Result<T, Unanswered>
where
    T: Send + 'static,
    W: Future<Output = Result<T, HandleError>> + Send + 'static,
{
    let error = match timeout(ANSWER_WITHIN, tokio::spawn(persisting(asked_at, work))).await {
        Ok(Ok(Ok(done))) => return Ok(done),
        Ok(Ok(Err(HandleError::NotFound | HandleError::Store(StoreError::NotFound)))) => {
            return Err(Unanswered::NoEmergency);
        }
        Ok(Ok(Err(HandleError::Store(StoreError::Corrupt { .. })))) => return Err(Unanswered::Unreadable),
        Ok(Ok(Err(error))) => error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")),
        Ok(Err(_)) => "the task panicked".to_owned(),
        Err(_) => "it takes too long".to_owned(),
    };
    tracing::warn!(error, "a request of the provider can't be answered now");
    Err(Unanswered::NotNow)
}

/// When this was asked for the first time.
pub(super) fn asked_at(branch: &Branch, call: &Call) -> Instant {
    call.headers.get(REPEAT_TOKEN).map_or_else(Instant::now, |name| branch.arrivals().first(name.as_bytes()))
}

/// Tries until the store is back, or for longer than the provider would ask again: that a call has ended is told once,
/// and a store that refuses at once would use up all repeats in seconds.
async fn persisting<T, W>(asked_at: Instant, work: impl Fn(Duration) -> W) -> Result<T, HandleError>
where
    W: Future<Output = Result<T, HandleError>>,
{
    let begin = Instant::now();
    loop {
        // What is handled at once happened at the time that the clock of the branch says.
        let late = Duration::from_secs(asked_at.elapsed().as_secs());
        match work(late).await {
            Err(HandleError::Store(error)) if error.is_retryable() && begin.elapsed() < PERSISTS_FOR => {
                sleep(BETWEEN_TRIES).await;
            }
            done => return done,
        }
    }
}

/// Has an emergency handle what the provider asks, and answers with the document that comes of it.
pub(super) async fn document(branch: Arc<Branch>, call: Call, read: ReadDocument) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let (id, input) = (asked.emergency()?, read(&asked)?);
    let work = Arc::clone(&branch);
    let handled = in_time(asked_at(&branch, &call), move |late| {
        let (branch, input) = (Arc::clone(&work), input.clone());
        // What is about to begin begins with our answer.
        let late = if matches!(input, Input::HoldEnded { .. }) { late } else { Duration::ZERO };
        async move { branch.handle_late(id, input, late).await }
    })
    .await;
    Ok(twiml(&match handled {
        Ok(handled) => spoken(&branch, &handled),
        Err(unanswered) => stand_in(&branch, &call, &unanswered),
    }))
}

/// Has an emergency handle what the provider lets us know. What is late, repeated or unknown changes nothing; what
/// can't be handled now, the provider sends again.
pub(super) async fn notice(branch: Arc<Branch>, call: Call, read: ReadNotice) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let (id, input) = (asked.emergency()?, read(&asked)?);
    let Some(input) = input else { return Ok(no_content()) };
    let handled = in_time(asked_at(&branch, &call), move |late| {
        let (branch, input) = (Arc::clone(&branch), input.clone());
        async move { branch.handle_late(id, input, late).await.map(drop) }
    });
    noted(&handled.await)
}

/// The answer to a notice.
pub(super) fn noted(handled: &Result<(), Unanswered>) -> Result<Response<Body>, HttpError> {
    match handled {
        Ok(()) | Err(Unanswered::NoEmergency) => Ok(no_content()),
        Err(Unanswered::NotNow | Unanswered::Unreadable) => {
            Err(HttpError::unavailable("not_now", "This can't be taken in at the moment; send it again.", 2))
        }
    }
}

/// What an emergency says.
pub(super) fn spoken(branch: &Branch, handled: &Handled) -> voice::Response {
    match &handled.reply {
        Reply::Voice(voice) => branch.script().render_voice(branch.links(), &handled.state, voice),
        Reply::Text(_) | Reply::Nothing => branch.script().out_of_order(),
    }
}

/// What is said while nobody knows what to say: the same question again in a moment, and on hold music.
pub(super) fn stand_in(branch: &Branch, call: &Call, unanswered: &Unanswered) -> voice::Response {
    let script = branch.script();
    match unanswered {
        Unanswered::NoEmergency => script.out_of_order(),
        // Nobody would come: out of the queue, to be told so.
        Unanswered::Unreadable if call.target.path() == path::HOLD => voice::Response::new().leave(Leave::new()),
        Unanswered::NotNow if call.target.path() == path::HOLD => script.interlude(),
        // Another node may be able to read it.
        Unanswered::NotNow | Unanswered::Unreadable => {
            match branch.links().again(call.target.as_str(), call.form().iter()) {
                Some(again) => script.try_again(&again),
                None => script.out_of_order(),
            }
        }
    }
}
