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

/// How long work is tried while the store is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Persistence {
    /// As long as somebody waits for the answer: who is told to ask again asks again. What is handled after that would
    /// be about a call that is over, or in the way of one that came later.
    WhileAsked,
    /// For a minute, whether somebody still waits or not: it has happened, and is told once.
    UntilStored,
}

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
    persistence: Persistence,
    work: impl Fn(Duration) -> W + Send + 'static,
) -> Result<T, Unanswered>
where
    T: Send + 'static,
    W: Future<Output = Result<T, HandleError>> + Send + 'static,
{
    let error = match timeout(ANSWER_WITHIN, tokio::spawn(persisting(asked_at, persistence, work))).await {
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

/// Tries until the store is back, or the time is over: a store that refuses at once would use up all repeats in
/// seconds.
async fn persisting<T, W>(
    asked_at: Instant,
    persistence: Persistence,
    work: impl Fn(Duration) -> W,
) -> Result<T, HandleError>
where
    W: Future<Output = Result<T, HandleError>>,
{
    let begin = Instant::now();
    let span = match persistence {
        Persistence::WhileAsked => ANSWER_WITHIN,
        Persistence::UntilStored => PERSISTS_FOR,
    };
    loop {
        // What is handled at once happened at the time that the clock of the branch says.
        let late = Duration::from_secs(asked_at.elapsed().as_secs());
        match work(late).await {
            Err(HandleError::Store(error)) if error.is_retryable() && begin.elapsed() < span => {
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
    let handled = in_time(asked_at(&branch, &call), Persistence::UntilStored, move |late| {
        let (branch, input) = (Arc::clone(&work), input.clone());
        // What is about to begin, such as a talk after the words for the customer, begins with our answer.
        let has_happened = matches!(input, Input::HoldEnded { key: None, .. });
        let late = if has_happened { late } else { Duration::ZERO };
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
    let handled = in_time(asked_at(&branch, &call), Persistence::UntilStored, move |late| {
        let (branch, input) = (Arc::clone(&branch), input.clone());
        async move { branch.handle_late(id, input, late).await.map(drop) }
    });
    noted(&handled.await)
}

/// The answer to a notice.
pub(super) fn noted(handled: &Result<(), Unanswered>) -> Result<Response<Body>, HttpError> {
    match handled {
        Ok(()) | Err(Unanswered::NoEmergency) => Ok(no_content()),
        Err(Unanswered::NotNow | Unanswered::Unreadable) => Err(HttpError::unavailable(
            "not_now",
            "This can't be processed right now; send it again.",
            Duration::from_secs(2),
        )),
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
