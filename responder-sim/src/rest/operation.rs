//! From method and path to an operation.

use crate::{rest::RestError, sid::Sid};

/// The methods that the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
    Other,
}

/// The formats of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Wav,
    Mp3,
}

/// What can be asked for, by the names of the `OpenAPI` description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateCall,
    ListCall,
    FetchCall(Sid),
    UpdateCall(Sid),
    DeleteCall(Sid),
    CreateMessage,
    ListMessage,
    FetchMessage(Sid),
    UpdateMessage(Sid),
    DeleteMessage(Sid),
    CreateQueue,
    ListQueue,
    FetchQueue(Sid),
    UpdateQueue(Sid),
    DeleteQueue(Sid),
    ListMember(Sid),
    FetchMember(Sid, Sid),
    UpdateMember(Sid, Sid),
    CreateCallRecording(Sid),
    ListCallRecording(Sid),
    FetchCallRecording(Sid, Sid),
    UpdateCallRecording(Sid, Sid),
    DeleteCallRecording(Sid, Sid),
    ListConference,
    FetchConference(Sid),
    UpdateConference(Sid),
    CreateParticipant(Sid),
    ListParticipant(Sid),
    FetchParticipant(Sid, Sid),
    UpdateParticipant(Sid, Sid),
    DeleteParticipant(Sid, Sid),
    ListConferenceRecording(Sid),
    FetchConferenceRecording(Sid, Sid),
    UpdateConferenceRecording(Sid, Sid),
    DeleteConferenceRecording(Sid, Sid),
    ListRecording,
    FetchRecording(Sid),
    DeleteRecording(Sid),
    FetchMedia(Sid, Format),
    CreateIncomingPhoneNumber,
    ListIncomingPhoneNumber,
    FetchIncomingPhoneNumber(Sid),
    UpdateIncomingPhoneNumber(Sid),
    DeleteIncomingPhoneNumber(Sid),
    FetchAccount,
}

impl Operation {
    /// The operation of a request.
    pub(crate) fn of(method: Method, path: &str) -> Result<Self, RestError> {
        let below = path.strip_prefix(ROOT).ok_or_else(|| RestError::not_found(path))?;
        let Some(resource) = below.strip_suffix(".json") else {
            return Self::media(method, below).ok_or_else(|| RestError::not_found(path));
        };
        let segments: Vec<&str> = resource.split('/').skip(1).collect();
        match Self::of_segments(method, &segments) {
            Some(operation) => Ok(operation),
            None if Self::is_known_elsewhere(&segments) => {
                Err(RestError::new(405, 20004, "this method does nothing at this address"))
            }
            None => Err(RestError::not_found(path)),
        }
    }

    fn of_segments(method: Method, segments: &[&str]) -> Option<Self> {
        use Method::{Delete, Get, Post};
        let operation = match (method, segments) {
            (Get, []) => Self::FetchAccount,
            (Post, ["Calls"]) => Self::CreateCall,
            (Get, ["Calls"]) => Self::ListCall,
            (Get, ["Calls", sid]) => Self::FetchCall(Sid::from(*sid)),
            (Post, ["Calls", sid]) => Self::UpdateCall(Sid::from(*sid)),
            (Delete, ["Calls", sid]) => Self::DeleteCall(Sid::from(*sid)),
            (Post, ["Calls", call, "Recordings"]) => Self::CreateCallRecording(Sid::from(*call)),
            (Get, ["Calls", call, "Recordings"]) => Self::ListCallRecording(Sid::from(*call)),
            (Get, ["Calls", call, "Recordings", sid]) => Self::FetchCallRecording(Sid::from(*call), Sid::from(*sid)),
            (Post, ["Calls", call, "Recordings", sid]) => Self::UpdateCallRecording(Sid::from(*call), Sid::from(*sid)),
            (Delete, ["Calls", call, "Recordings", sid]) => {
                Self::DeleteCallRecording(Sid::from(*call), Sid::from(*sid))
            }
            (Post, ["Messages"]) => Self::CreateMessage,
            (Get, ["Messages"]) => Self::ListMessage,
            (Get, ["Messages", sid]) => Self::FetchMessage(Sid::from(*sid)),
            (Post, ["Messages", sid]) => Self::UpdateMessage(Sid::from(*sid)),
            (Delete, ["Messages", sid]) => Self::DeleteMessage(Sid::from(*sid)),
            (Post, ["Queues"]) => Self::CreateQueue,
            (Get, ["Queues"]) => Self::ListQueue,
            (Get, ["Queues", sid]) => Self::FetchQueue(Sid::from(*sid)),
            (Post, ["Queues", sid]) => Self::UpdateQueue(Sid::from(*sid)),
            (Delete, ["Queues", sid]) => Self::DeleteQueue(Sid::from(*sid)),
            (Get, ["Queues", queue, "Members"]) => Self::ListMember(Sid::from(*queue)),
            (Get, ["Queues", queue, "Members", call]) => Self::FetchMember(Sid::from(*queue), Sid::from(*call)),
            (Post, ["Queues", queue, "Members", call]) => Self::UpdateMember(Sid::from(*queue), Sid::from(*call)),
            (_, ["Conferences", below @ ..]) => return Self::of_conferences(method, below),
            (Get, ["Recordings"]) => Self::ListRecording,
            (Get, ["Recordings", sid]) => Self::FetchRecording(Sid::from(*sid)),
            (Delete, ["Recordings", sid]) => Self::DeleteRecording(Sid::from(*sid)),
            (Post, ["IncomingPhoneNumbers"]) => Self::CreateIncomingPhoneNumber,
            (Get, ["IncomingPhoneNumbers"]) => Self::ListIncomingPhoneNumber,
            (Get, ["IncomingPhoneNumbers", sid]) => Self::FetchIncomingPhoneNumber(Sid::from(*sid)),
            (Post, ["IncomingPhoneNumbers", sid]) => Self::UpdateIncomingPhoneNumber(Sid::from(*sid)),
            (Delete, ["IncomingPhoneNumbers", sid]) => Self::DeleteIncomingPhoneNumber(Sid::from(*sid)),
            _ => return None,
        };
        Some(operation)
    }

    fn of_conferences(method: Method, below: &[&str]) -> Option<Self> {
        use Method::{Delete, Get, Post};
        let (sid, one) = (|index: usize| Sid::from(below[index]), (method, below));
        Some(match one {
            (Get, []) => Self::ListConference,
            (Get, [_]) => Self::FetchConference(sid(0)),
            (Post, [_]) => Self::UpdateConference(sid(0)),
            (Post, [_, "Participants"]) => Self::CreateParticipant(sid(0)),
            (Get, [_, "Participants"]) => Self::ListParticipant(sid(0)),
            (Get, [_, "Participants", _]) => Self::FetchParticipant(sid(0), sid(2)),
            (Post, [_, "Participants", _]) => Self::UpdateParticipant(sid(0), sid(2)),
            (Delete, [_, "Participants", _]) => Self::DeleteParticipant(sid(0), sid(2)),
            (Get, [_, "Recordings"]) => Self::ListConferenceRecording(sid(0)),
            (Get, [_, "Recordings", _]) => Self::FetchConferenceRecording(sid(0), sid(2)),
            (Post, [_, "Recordings", _]) => Self::UpdateConferenceRecording(sid(0), sid(2)),
            (Delete, [_, "Recordings", _]) => Self::DeleteConferenceRecording(sid(0), sid(2)),
            _ => return None,
        })
    }

    fn is_known_elsewhere(segments: &[&str]) -> bool {
        [Method::Get, Method::Post, Method::Delete].iter().any(|method| Self::of_segments(*method, segments).is_some())
    }

    /// The media of a recording have the address of the recording without `.json`.
    fn media(method: Method, below: &str) -> Option<Self> {
        let segments: Vec<&str> = below.split('/').skip(1).collect();
        let file = match (method, segments.as_slice()) {
            (Method::Get, ["Recordings", file] | ["Calls", _, "Recordings", file]) => *file,
            _ => return None,
        };
        match file.split_once('.') {
            None => Some(Self::FetchMedia(Sid::from(file), Format::Wav)),
            Some((sid, "wav")) => Some(Self::FetchMedia(Sid::from(sid), Format::Wav)),
            Some((sid, "mp3")) => Some(Self::FetchMedia(Sid::from(sid), Format::Mp3)),
            Some(_) => None,
        }
    }

    /// The name in the `OpenAPI` description; media have none there.
    pub(crate) fn name(&self) -> String {
        let debug = format!("{self:?}");
        debug.split('(').next().unwrap_or_default().to_owned()
    }

    /// The call, message, queue or recording that the path names.
    pub(crate) fn about(&self) -> Option<&Sid> {
        match self {
            Self::FetchCall(sid)
            | Self::UpdateCall(sid)
            | Self::DeleteCall(sid)
            | Self::FetchMessage(sid)
            | Self::UpdateMessage(sid)
            | Self::DeleteMessage(sid)
            | Self::FetchQueue(sid)
            | Self::UpdateQueue(sid)
            | Self::DeleteQueue(sid)
            | Self::ListMember(sid)
            | Self::FetchMember(sid, _)
            | Self::UpdateMember(sid, _)
            | Self::CreateCallRecording(sid)
            | Self::ListCallRecording(sid)
            | Self::FetchCallRecording(sid, _)
            | Self::UpdateCallRecording(sid, _)
            | Self::DeleteCallRecording(sid, _)
            | Self::FetchConference(sid)
            | Self::UpdateConference(sid)
            | Self::CreateParticipant(sid)
            | Self::ListParticipant(sid)
            | Self::FetchParticipant(sid, _)
            | Self::UpdateParticipant(sid, _)
            | Self::DeleteParticipant(sid, _)
            | Self::FetchRecording(sid)
            | Self::DeleteRecording(sid)
            | Self::FetchMedia(sid, _) => Some(sid),
            _ => None,
        }
    }
}

/// The account that a path names.
pub(crate) fn account_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix(ROOT)?;
    let first = below.split('/').next()?;
    Some(first.strip_suffix(".json").unwrap_or(first))
}

const ROOT: &str = "/2010-04-01/Accounts/";

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: Method, path: &str) -> Result<String, u16> {
        let path = format!("/2010-04-01/Accounts/AC1{path}");
        Operation::of(method, &path).map(|operation| operation.name()).map_err(|error| error.status)
    }

    #[test]
    fn paths_name_operations() {
        let ok = |name: &str| Ok(name.to_owned());
        assert_eq!(name(Method::Post, "/Calls.json"), ok("CreateCall"));
        assert_eq!(name(Method::Get, "/Calls/CA1.json"), ok("FetchCall"));
        assert_eq!(name(Method::Post, "/Queues/QU1/Members/Front.json"), ok("UpdateMember"));
        assert_eq!(name(Method::Get, "/Recordings/RE1.json"), ok("FetchRecording"));
        assert_eq!(name(Method::Delete, "/Conferences/CF1/Participants/CA1.json"), ok("DeleteParticipant"));
        assert_eq!(name(Method::Delete, "/Conferences/CF1.json"), Err(405));
        for media in ["/Recordings/RE1", "/Recordings/RE1.mp3", "/Calls/CA1/Recordings/RE1.wav"] {
            assert_eq!(name(Method::Get, media), ok("FetchMedia"), "{media}");
        }
        assert_eq!(name(Method::Get, ".json"), ok("FetchAccount"));
        assert_eq!(name(Method::Delete, "/Calls.json"), Err(405));
        for unknown in ["/Calls", "/Calls/CA1", "/Applications.json", "/Recordings/RE1.ogg", ""] {
            assert_eq!(name(Method::Get, unknown), Err(404), "{unknown}");
        }
    }
}
