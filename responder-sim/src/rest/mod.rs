//! The REST API, version 2010-04-01 (Twilio, API reference; shapes from its `OpenAPI` description).

mod calls;
mod conferences;
mod error;
mod form;
mod media;
mod members;
mod messages;
mod numbers;
mod operation;
mod paging;
mod parameters;
mod participants;
mod queues;
mod recordings;

use secrecy::ExposeSecret;
use serde_json::Value;

use self::recordings::Of;
use crate::{network::Network, webhook::Fields};

pub(crate) use error::RestError;
pub(crate) use form::Form;
pub(crate) use operation::{Method, Operation};

/// A request as the API sees it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The fields of the query for GET, of the body for POST.
    pub(crate) fields: Fields,
    pub(crate) credentials: Option<(String, String)>,
}

/// An answer of the API.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    Found(Value),
    Created(Value),
    Gone,
    Media { content_type: &'static str, bytes: Vec<u8> },
}

/// Does what a request asks for, if it may.
pub(crate) fn serve(
    network: &mut Network,
    operation: Result<Operation, RestError>,
    request: &Request,
) -> Result<Reply, RestError> {
    let public = network.options.open_questions.public_media && matches!(operation, Ok(Operation::FetchMedia(..)));
    if !public {
        authenticate(network, request)?;
    }
    let operation = operation?;
    parameters::check(network, &operation, &request.fields);
    let form = Form(&request.fields);
    let path = request.path.as_str();
    match operation {
        Operation::CreateCall => calls::create(network, form),
        Operation::ListCall => calls::list(network, form, path),
        Operation::FetchCall(sid) => calls::fetch(network, &sid),
        Operation::UpdateCall(sid) => calls::update(network, &sid, form),
        Operation::DeleteCall(sid) => calls::delete(network, &sid),
        Operation::CreateMessage => messages::create(network, form),
        Operation::ListMessage => messages::list(network, form, path),
        Operation::FetchMessage(sid) => messages::fetch(network, &sid),
        Operation::UpdateMessage(sid) => messages::update(network, &sid, form),
        Operation::DeleteMessage(sid) => messages::delete(network, &sid),
        Operation::CreateQueue => queues::create(network, form),
        Operation::ListQueue => queues::list(network, form, path),
        Operation::FetchQueue(sid) => queues::fetch(network, &sid),
        Operation::UpdateQueue(sid) => queues::update(network, &sid, form),
        Operation::DeleteQueue(sid) => queues::delete(network, &sid),
        Operation::ListMember(queue) => members::list(network, &queue, form, path),
        Operation::FetchMember(queue, member) => members::fetch(network, &queue, &member),
        Operation::UpdateMember(queue, member) => members::update(network, &queue, &member, form),
        Operation::CreateCallRecording(call) => recordings::create(network, &call, form),
        Operation::ListCallRecording(call) => recordings::list(network, &Of::Call(call), form, path),
        Operation::FetchCallRecording(call, sid) => recordings::fetch(network, &Of::Call(call), &sid),
        Operation::UpdateCallRecording(call, sid) => recordings::update(network, &Of::Call(call), &sid, form),
        Operation::DeleteCallRecording(call, sid) => recordings::delete(network, &Of::Call(call), &sid),
        Operation::ListConference => conferences::list(network, form, path),
        Operation::FetchConference(sid) => conferences::fetch(network, &sid),
        Operation::UpdateConference(sid) => conferences::update(network, &sid, form),
        Operation::CreateParticipant(conference) => participants::create(network, &conference, form),
        Operation::ListParticipant(conference) => participants::list(network, &conference, form, path),
        Operation::FetchParticipant(conference, call) => participants::fetch(network, &conference, &call),
        Operation::UpdateParticipant(conference, call) => participants::update(network, &conference, &call, form),
        Operation::DeleteParticipant(conference, call) => participants::delete(network, &conference, &call),
        Operation::ListConferenceRecording(sid) => recordings::list(network, &Of::Conference(sid), form, path),
        Operation::FetchConferenceRecording(of, sid) => recordings::fetch(network, &Of::Conference(of), &sid),
        Operation::UpdateConferenceRecording(of, sid) => recordings::update(network, &Of::Conference(of), &sid, form),
        Operation::DeleteConferenceRecording(of, sid) => recordings::delete(network, &Of::Conference(of), &sid),
        Operation::ListRecording => recordings::list(network, &Of::Account, form, path),
        Operation::FetchRecording(sid) => recordings::fetch(network, &Of::Account, &sid),
        Operation::DeleteRecording(sid) => recordings::delete(network, &Of::Account, &sid),
        Operation::FetchMedia(sid, format) => media::fetch(network, &sid, format, form),
        Operation::CreateIncomingPhoneNumber => numbers::create(network, form),
        Operation::ListIncomingPhoneNumber => numbers::list(network, form, path),
        Operation::FetchIncomingPhoneNumber(sid) => numbers::fetch(network, &sid),
        Operation::UpdateIncomingPhoneNumber(sid) => numbers::update(network, &sid, form),
        Operation::DeleteIncomingPhoneNumber(sid) => numbers::delete(network, &sid),
        Operation::FetchAccount => Ok(numbers::account(network)),
    }
}

/// The account with its token, or one of its keys; and the account of the path must be this one.
fn authenticate(network: &Network, request: &Request) -> Result<(), RestError> {
    let options = &network.options;
    let known = |user: &str, password: &str| {
        (user == options.account_sid && password == options.auth_token.expose_secret())
            || options.api_keys.get(user).is_some_and(|secret| secret.expose_secret() == password)
    };
    match &request.credentials {
        Some((user, password)) if known(user, password) => {}
        Some(_) | None => return Err(RestError::unauthorized()),
    }
    if operation::account_of(&request.path) == Some(options.account_sid.as_str()) {
        Ok(())
    } else {
        Err(RestError::not_found(&request.path))
    }
}
