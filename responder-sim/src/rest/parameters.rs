//! Which parameters an operation knows (from the provider's `OpenAPI` description, release 2.6.7).

use super::Operation;
use crate::{network::Network, trace::Notice, webhook::Fields};

/// The provider ignores parameters that it does not know; here they are noted, because a misspelt name is a fault of
/// the application that nothing else would show.
pub(super) fn check(network: &mut Network, operation: &Operation, fields: &Fields) {
    let name = operation.name();
    let Some(known) = known(&name) else {
        return;
    };
    for (field, _) in fields {
        let paging = matches!(field.as_str(), "PageSize" | "Page" | "PageToken");
        if !paging && !known.split_whitespace().any(|known| known == field) {
            let text = format!("{name} has no parameter {field}");
            network.notices.push(Notice { at: network.now, about: operation.about().cloned(), code: 0, text });
        }
    }
}

fn known(operation: &str) -> Option<&'static str> {
    let names = match operation {
        "CreateCall" => {
            "ApplicationSid AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod Byoc CallReason \
         CallToken CallerId ClientNotificationUrl FallbackMethod FallbackUrl From MachineDetection \
         MachineDetectionSilenceTimeout MachineDetectionSpeechEndThreshold MachineDetectionSpeechThreshold \
         MachineDetectionTimeout Method Record RecordingChannels RecordingStatusCallback \
         RecordingStatusCallbackEvent RecordingStatusCallbackMethod RecordingTrack SendDigits SipAuthPassword \
         SipAuthUsername StatusCallback StatusCallbackEvent StatusCallbackMethod TimeLimit Timeout To Trim \
         Twiml Url"
        }
        "ListCall" => "EndTime EndTime< EndTime> From ParentCallSid StartTime StartTime< StartTime> Status To",
        "UpdateCall" => {
            "FallbackMethod FallbackUrl Method Status StatusCallback StatusCallbackMethod TimeLimit Twiml Url"
        }
        "CreateMessage" => {
            "AddressRetention ApplicationSid Attempt Body ContentRetention ContentSid ContentVariables \
         FallbackFrom ForceDelivery From MaxPrice MediaUrl MessagingServiceSid PersistentAction \
         ProvideFeedback RiskCheck ScheduleType SendAsMms SendAt ShortenUrls SmartEncoded StatusCallback To \
         TrafficType ValidityPeriod"
        }
        "ListMessage" => "DateSent DateSent< DateSent> From To",
        "UpdateMessage" => "Body Status",
        "CreateCallRecording" => {
            "RecordingChannels RecordingStatusCallback RecordingStatusCallbackEvent RecordingStatusCallbackMethod \
         RecordingTrack Trim"
        }
        "UpdateCallRecording" => "PauseBehavior Status",
        "CreateQueue" => "FriendlyName MaxSize",
        "UpdateQueue" => "FriendlyName MaxSize",
        "UpdateMember" => "Method Url",
        "ListRecording" => "CallSid ConferenceSid DateCreated DateCreated< DateCreated> IncludeSoftDeleted",
        "ListCallRecording" | "ListConferenceRecording" => "DateCreated DateCreated< DateCreated>",
        "UpdateConferenceRecording" => "PauseBehavior Status",
        "FetchRecording" => "IncludeSoftDeleted",
        "ListConference" => {
            "DateCreated DateCreated< DateCreated> DateUpdated DateUpdated< DateUpdated> FriendlyName Status"
        }
        "UpdateConference" => "AnnounceMethod AnnounceUrl Status",
        "ListParticipant" => "Coaching Hold Muted",
        "UpdateParticipant" => {
            "AnnounceMethod AnnounceUrl BeepOnExit CallSidToCoach Coaching EndConferenceOnExit Hold HoldMethod \
         HoldUrl Muted WaitMethod WaitUrl"
        }
        "CreateParticipant" => {
            "AmdStatusCallback AmdStatusCallbackMethod Beep Byoc CallReason CallSidToCoach CallToken CallerDisplayName \
         CallerId ClientNotificationUrl Coaching ConferenceRecord ConferenceRecordingStatusCallback \
         ConferenceRecordingStatusCallbackEvent ConferenceRecordingStatusCallbackMethod ConferenceStatusCallback \
         ConferenceStatusCallbackEvent ConferenceStatusCallbackMethod ConferenceTrim EarlyMedia EndConferenceOnExit \
         From JitterBufferSize Label MachineDetection MachineDetectionSilenceTimeout \
         MachineDetectionSpeechEndThreshold MachineDetectionSpeechThreshold MachineDetectionTimeout MaxParticipants \
         Muted Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackEvent \
         RecordingStatusCallbackMethod RecordingTrack Region SipAuthPassword SipAuthUsername StartConferenceOnEnter \
         StatusCallback StatusCallbackEvent StatusCallbackMethod TimeLimit Timeout To Trim WaitMethod WaitUrl"
        }
        "ListIncomingPhoneNumber" => "Beta FriendlyName Origin PhoneNumber",
        "CreateIncomingPhoneNumber" | "UpdateIncomingPhoneNumber" => {
            "AccountSid AddressSid ApiVersion AreaCode BundleSid EmergencyAddressSid EmergencyStatus FriendlyName \
         IdentitySid PhoneNumber SmsApplicationSid SmsFallbackMethod SmsFallbackUrl SmsMethod SmsUrl StatusCallback \
         StatusCallbackMethod TrunkSid VoiceApplicationSid VoiceCallerIdLookup VoiceFallbackMethod VoiceFallbackUrl \
         VoiceMethod VoiceReceiveMode VoiceUrl"
        }
        _ => return None,
    };
    Some(names)
}
