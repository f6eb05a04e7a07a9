//! What the provider asks about calls and texts, as inputs of the machine.

use std::sync::Arc;

use ::http::Response;
use tokio::time::Instant;

use super::answer::{Persistence, asked_at, in_time, noted, spoken, stand_in};
use super::asked::Asked;
use crate::{
    branch::{Branch, Inbound},
    emergency::Input,
    http::{Body, Call, HttpError, no_content, twiml},
    script::path,
};

/// Reads a request that is answered with a document.
pub(super) type ReadDocument = fn(&Asked<'_>) -> Result<Input, HttpError>;

/// Reads a request that is answered with nothing; none if it is about nothing that matters.
pub(super) type ReadNotice = fn(&Asked<'_>) -> Result<Option<Input>, HttpError>;

pub(super) const DOCUMENTS: &[(&str, ReadDocument)] = &[
    (path::TECHNICIAN_ANSWER, |asked| {
        Ok(Input::TechnicianAnswered { attempt: asked.attempt()?, call: asked.call()?, step: asked.step()? })
    }),
    (path::TECHNICIAN_KEYS, |asked| {
        let key = asked.said().key();
        Ok(Input::KeyPressed { attempt: asked.attempt()?, call: asked.call()?, step: asked.step()?, key })
    }),
    (path::TECHNICIAN_WAIT, |asked| {
        Ok(Input::TechnicianWaiting { attempt: asked.attempt()?, call: asked.call()?, step: asked.step()? })
    }),
    (path::TRANSFER_COMPLETE, |asked| {
        let (result, lasted) = (asked.said().dial_result(), asked.said().dial_duration());
        Ok(Input::DialEnded { attempt: asked.attempt()?, call: asked.call()?, step: asked.step()?, result, lasted })
    }),
    (path::HOLD, |asked| Ok(Input::CustomerHolding { leg: asked.leg()?, call: asked.call()? })),
    (path::HOLD_ENDED, |asked| {
        let said = asked.said();
        Ok(Input::HoldEnded {
            leg: asked.leg()?,
            call: asked.call()?,
            step: asked.step()?,
            result: said.queue_result(),
            key: said.key(),
            on_line: said.is_on_line(),
        })
    }),
    (path::BRIDGE_JOINED, |asked| {
        let agent = asked.said().dequeuing_call();
        Ok(Input::CustomerJoined { leg: asked.leg()?, call: asked.call()?, agent })
    }),
    (path::VOICEMAIL, |asked| {
        let said = asked.said();
        Ok(Input::VoicemailLeft {
            leg: asked.leg()?,
            call: asked.call()?,
            step: asked.step()?,
            recording: said.recording(),
            duration: said.recording_duration(),
        })
    }),
];

pub(super) const NOTICES: &[(&str, ReadNotice)] = &[
    (path::TECHNICIAN_CALL_ENDED, call_status),
    (path::CONFERENCE_STATUS, call_status),
    (path::AMD_STATUS, |asked| {
        let (attempt, call) = (asked.attempt()?, asked.call()?);
        Ok(asked.said().answered_by().map(|answered_by| Input::MachineDetected { attempt, call, answered_by }))
    }),
    (path::MESSAGE_STATUS, |asked| {
        let message = asked.message()?;
        Ok(asked.said().delivery().map(|delivery| Input::TextStatus { message, delivery }))
    }),
    (path::RECORDING_STATUS, |asked| {
        let (call, recording, said) = (asked.call()?, asked.recording()?, asked.said());
        let ready = Input::RecordingReady { call, recording, duration: said.recording_duration() };
        Ok(said.is_recording_completed().then_some(ready))
    }),
];

fn call_status(asked: &Asked<'_>) -> Result<Option<Input>, HttpError> {
    let (attempt, call, said) = (asked.attempt()?, asked.call()?, asked.said());
    let (duration, answered_by) = (said.call_duration(), said.answered_by());
    // A word that a later version of the provider's API brings is no reason to fail.
    Ok(said.call_status().map(|status| Input::CallStatus { attempt, call, status, duration, answered_by }))
}

/// Somebody calls the number of the branch.
pub(super) async fn incoming_call(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let (sid, from) = (asked.call()?, asked.said().from(branch.settings().default_country));
    let work = Arc::clone(&branch);
    let inbound = in_time(Instant::now(), Persistence::WhileAsked, move |_| {
        let (branch, sid) = (Arc::clone(&work), sid.clone());
        async move { branch.customer_called(sid, from).await }
    })
    .await;
    Ok(twiml(&match inbound {
        Ok(Inbound::Emergency(handled)) => spoken(&branch, &handled),
        Ok(Inbound::NoEmergency) => match branch.settings().no_emergency_target {
            Some(target) => branch.script().put_through(target, None),
            None => branch.script().no_emergency(),
        },
        Err(unanswered) => stand_in(&branch, &call, &unanswered),
    }))
}

/// A call to the number of the branch is over.
pub(super) async fn customer_call_ended(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let fields = call.fields();
    let asked = Asked::new(&call, &fields);
    let sid = asked.call()?;
    if asked.said().is_on_line() {
        return Ok(no_content());
    }
    let handled = in_time(asked_at(&branch, &call), Persistence::UntilStored, move |late| {
        let (branch, sid) = (Arc::clone(&branch), sid.clone());
        async move { branch.customer_call_ended_late(sid, late).await }
    });
    noted(&handled.await)
}
