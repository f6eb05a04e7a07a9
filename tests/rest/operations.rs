//! Each operation that we offer, once at least, with everything that can be said.

use std::{collections::BTreeSet, time::Duration};

use futures_util::TryStreamExt;
use responder::{
    ConferenceSid,
    telephony::{
        AnsweringMachineDetection, CallRecording, CallStatus, MessageStatus, PlaceCall, QueueDeletion, SendText,
        StartRecording, StatusCallback, Telephony, TelephonyError,
        rest::{
            CallChange, CallDocument, CallFilter, ConferenceFilter, ConferenceStatus, MessageFilter, NewCall,
            NewMessage, NewParticipant, NewQueue, NumberChange, NumberFilter, ParticipantChange, ParticipantFilter,
            ParticipantStatus, Private, RecordingFilter, RecordingStatus, RecordingStep, TimeSpan, Webhook,
        },
    },
};

use crate::lab::{APP, CUSTOMER, LINE, Lab, TECHNICIAN};

fn at(path: &str) -> Webhook {
    Webhook::post(format!("{APP}{path}"))
}

fn always() -> TimeSpan {
    let time = |text: &str| Some(text.parse().expect("a time"));
    TimeSpan { from: time("2026-01-01T00:00:00Z"), until: time("2026-12-31T23:59:59.5Z") }
}

async fn what_a_branch_needs(lab: &Lab) {
    let (to, from) = (TECHNICIAN.parse().expect("a number"), LINE.parse().expect("a number"));
    let call = PlaceCall {
        fallback_url: Some(format!("{APP}/fallback")),
        status_callback: Some(StatusCallback::all(format!("{APP}/status?attempt=1"))),
        machine_detection: AnsweringMachineDetection::Async { callback: format!("{APP}/amd") },
        time_limit: Some(Duration::from_secs(14_400)),
        record: CallRecording::Dual { callback: format!("{APP}/recording") },
        ..PlaceCall::new(to, from, format!("{APP}/long"))
    };
    let client = &lab.client;
    client.check_account().await.expect("the account");
    let sid = client.place_call(&call).await.expect("a call").value.sid;
    lab.pass(10).await;
    assert_eq!(client.fetch_call(&sid).await.expect("a call").value.status, CallStatus::InProgress);
    assert_eq!(client.find_calls(&to, &from).await.expect("calls").value.len(), 1);
    client.redirect_call(&sid, &format!("{APP}/long")).await.expect("it goes on");
    let recording = StartRecording { call: sid.clone(), status_callback: Some(format!("{APP}/recording")) };
    client.start_recording(&recording).await.expect("a recording");
    client.end_call(&sid).await.expect("it ends");
    let text = SendText { to, from, body: "Help & hurry".to_owned(), status_callback: Some(format!("{APP}/sms")) };
    let message = client.send_text(&text).await.expect("a text").value.sid;
    client.fetch_message(&message).await.expect("a text");
    assert_eq!(client.delete_queue("nobody").await.expect("none").value, QueueDeletion::NoSuchQueue);
}

async fn calls(lab: &Lab) {
    let calls = lab.client.calls();
    let order = NewCall {
        fallback: Some(at("/fallback")),
        status_callback: Some(StatusCallback::all(format!("{APP}/status"))),
        ring_timeout: Some(Duration::from_secs(20)),
        time_limit: Some(Duration::from_secs(600)),
        send_digits: Some("ww12#".into()),
        machine_detection: AnsweringMachineDetection::Async { callback: format!("{APP}/amd") },
        record: CallRecording::Dual { callback: format!("{APP}/recording") },
        ..NewCall::new(TECHNICIAN, LINE, CallDocument::At(at("/long")))
    };
    let call = calls.create(&order).await.expect("a call").value;
    assert_eq!((call.status, call.direction.as_deref()), (Some(CallStatus::Queued), Some("outbound-api")));
    assert_eq!(call.to.as_ref().map(Private::as_str), Some(TECHNICIAN));
    assert!(!format!("{call:?}").contains("5005550"), "{call:?}");
    lab.pass(10).await;
    let change = CallChange {
        document: Some(CallDocument::Inline("<Response><Pause length='60'/></Response>".into())),
        fallback: Some(at("/fallback")),
        status_callback: Some(at("/status")),
        time_limit: Some(Duration::from_secs(300)),
        ..CallChange::default()
    };
    calls.update(&call.sid, &change).await.expect("it goes on");
    let refused = calls.delete(&call.sid).await.expect_err("it is not over");
    assert!(matches!(refused, TelephonyError::Rejected { status: 400, .. }), "{refused:?}");
    let end = CallChange { status: Some(CallStatus::Completed), ..CallChange::default() };
    assert_eq!(calls.update(&call.sid, &end).await.expect("it ends").value.status, Some(CallStatus::Completed));
    let ended = calls.fetch(&call.sid).await.expect("a call").value;
    assert!(ended.duration.is_some() && ended.start_time < ended.end_time);
    let filter = CallFilter {
        to: Some(TECHNICIAN.into()),
        from: Some(LINE.into()),
        status: Some(CallStatus::Completed),
        started: always(),
        ended: always(),
        page_size: Some(9_999),
        ..CallFilter::default()
    };
    let listed = calls.list(&filter).first(10).await.expect("calls");
    assert_eq!(listed[0], ended);
    let children = CallFilter { parent: Some(call.sid.clone()), ..CallFilter::default() };
    assert!(calls.list(&children).try_next().await.expect("an answer").is_none());
    calls.delete(&call.sid).await.expect("it is forgotten");
    assert!(calls.fetch(&call.sid).await.expect_err("forgotten").is_not_found());
}

async fn messages(lab: &Lab) {
    let messages = lab.client.messages();
    let order = NewMessage {
        media_urls: vec![format!("{APP}/picture.png"), format!("{APP}/map.png")],
        status_callback: Some(format!("{APP}/sms")),
        ..NewMessage::new(TECHNICIAN, LINE, "Zoë needs help")
    };
    let sent = messages.create(&order).await.expect("a text").value;
    assert_eq!((sent.status, sent.num_media), (Some(MessageStatus::Queued), Some(2)));
    assert!(!format!("{sent:?}").contains("Zoë"), "{sent:?}");
    lab.pass(5).await;
    let fetched = messages.fetch(&sent.sid).await.expect("a text").value;
    assert_eq!(fetched.status, Some(MessageStatus::Delivered));
    let filter =
        MessageFilter { to: Some(TECHNICIAN.into()), from: Some(LINE.into()), sent: always(), page_size: Some(1) };
    assert_eq!(messages.list(&filter).first(1).await.expect("texts"), [fetched]);
    assert_eq!(messages.redact(&sent.sid).await.expect("a text").value.body, None);
    messages.cancel(&sent.sid).await.expect_err("it has been sent");
    messages.delete(&sent.sid).await.expect("it is forgotten");
}

async fn recordings(lab: &Lab) {
    let call = lab.customer("/long").await;
    let order = StartRecording { call: call.clone(), status_callback: None };
    let sid = lab.client.start_recording(&order).await.expect("a recording").value.sid;
    let recordings = lab.client.recordings();
    lab.pass(5).await;
    for (step, status) in [
        (RecordingStep::Pause, RecordingStatus::Paused),
        (RecordingStep::Resume, RecordingStatus::InProgress),
        (RecordingStep::PauseWithSilence, RecordingStatus::Paused),
        (RecordingStep::Stop, RecordingStatus::Processing),
    ] {
        let steered = recordings.steer(&call, &sid, step).await.expect("a recording").value;
        assert_eq!(steered.status, Some(status), "{step:?}");
    }
    lab.pass(10).await;
    let fetched = recordings.fetch(&sid).await.expect("a recording").value;
    assert_eq!((fetched.status, fetched.channels), (Some(RecordingStatus::Completed), Some(2)));
    assert_eq!((fetched.duration, &fetched.call_sid), (Some(Duration::from_secs(5)), &Some(call.clone())));
    let filter = RecordingFilter {
        call: Some(call.clone()),
        created: always(),
        include_deleted: true,
        page_size: Some(20),
        ..RecordingFilter::default()
    };
    let listed = recordings.list(&filter).first(9).await.expect("recordings");
    assert_eq!(listed, [fetched]);
    let of_call = recordings.list_of_call(&call, &always()).first(9).await;
    assert_eq!(of_call.expect("recordings"), listed);
    recordings.delete(&sid).await.expect("it is gone");
    assert!(recordings.fetch(&sid).await.expect_err("gone").is_not_found());
    lab.client.end_call(&call).await.expect("it ends");
}

async fn queues(lab: &Lab) {
    let queues = lab.client.queues();
    let order = NewQueue { friendly_name: Some("other".to_owned()), max_size: Some(7) };
    let other = queues.create(&order).await.expect("a queue").value;
    assert_eq!((other.max_size, other.current_size), (Some(7), Some(0)));
    let change = NewQueue { max_size: Some(9), ..NewQueue::default() };
    assert_eq!(queues.update(&other.sid, &change).await.expect("a queue").value.max_size, Some(9));
    queues.delete(&other.sid).await.expect("it is gone");
    assert!(queues.fetch(&other.sid).await.expect_err("gone").is_not_found());

    let (first, second) = (lab.customer("/queue").await, lab.customer("/queue").await);
    let listed = queues.list(Some(1)).first(9).await.expect("queues");
    let queue = listed.iter().find(|queue| queue.friendly_name.as_deref() == Some("support")).expect("a queue");
    assert_eq!(queue.current_size, Some(2));
    let members = queues.members(&queue.sid);
    let waiting = members.list(Some(1)).first(9).await.expect("members");
    let calls: Vec<_> = waiting.iter().map(|member| (&member.call_sid, member.position)).collect();
    assert_eq!(calls, [(&first, Some(1)), (&second, Some(2))]);
    assert_eq!(members.front().await.expect("somebody").value, waiting[0]);
    assert_eq!(members.fetch(&second).await.expect("somebody").value.wait_time, Some(Duration::from_secs(5)));
    members.dequeue(&second, &at("/say")).await.expect("somebody");
    members.dequeue_front(&at("/say")).await.expect("somebody");
    lab.pass(10).await;
    assert!(members.front().await.expect_err("nobody").is_not_found());
    assert_eq!(lab.client.delete_queue("support").await.expect("an answer").value, QueueDeletion::Deleted);
}

async fn conferences(lab: &Lab) {
    let customer = lab.customer("/room").await;
    let name: ConferenceSid = "room".parse().expect("a name");
    let order = NewParticipant {
        label: Some("technician".into()),
        ring_timeout: Some(Duration::from_secs(30)),
        time_limit: Some(Duration::from_secs(600)),
        muted: true,
        start_conference_on_enter: Some(true),
        end_conference_on_exit: Some(false),
        status_callback: Some(StatusCallback::all(format!("{APP}/status"))),
        ..NewParticipant::new(TECHNICIAN, LINE)
    };
    let added = lab.client.participants(&name).create(&order).await.expect("a participant").value;
    assert_eq!((added.status, added.muted), (Some(ParticipantStatus::Queued), true));
    lab.pass(10).await;

    let conferences = lab.client.conferences();
    let filter = ConferenceFilter {
        friendly_name: Some("room".to_owned()),
        status: Some(ConferenceStatus::InProgress),
        created: always(),
        updated: always(),
        page_size: Some(5),
    };
    let listed = conferences.list(&filter).first(9).await.expect("conferences");
    assert_eq!(listed.len(), 1);
    let room = conferences.fetch(&listed[0].sid).await.expect("a conference").value;
    conferences.announce(&room.sid, &at("/say")).await.expect("it is said");

    let participants = lab.client.participants(&room.sid);
    let muted = ParticipantFilter { muted: Some(true), hold: Some(false), coaching: Some(false), page_size: Some(3) };
    let listed = participants.list(&muted).first(9).await.expect("participants");
    assert_eq!(listed.iter().map(|one| &one.call_sid).collect::<Vec<_>>(), [&added.call_sid]);
    let change = ParticipantChange {
        muted: Some(false),
        hold: Some(true),
        hold_document: Some(at("/long")),
        announcement: Some(at("/say")),
        end_conference_on_exit: Some(true),
    };
    let changed = participants.update(&added.call_sid, &change).await.expect("a participant").value;
    assert_eq!((changed.muted, changed.hold, changed.end_conference_on_exit), (false, true, true));
    assert_eq!(participants.fetch(&customer).await.expect("a participant").value.label, None);
    participants.delete(&customer).await.expect("it is out");
    assert!(participants.fetch(&customer).await.expect_err("out").is_not_found());
    let ended = conferences.end(&room.sid).await.expect("a conference").value;
    assert_eq!(ended.reason_conference_ended.as_deref(), Some("conference-ended-via-api"));
    let of_room = lab.client.recordings().list_of_conference(&room.sid, &always());
    assert_eq!(of_room.first(9).await.expect("recordings"), []);
}

async fn numbers(lab: &Lab) {
    let numbers = lab.client.incoming_phone_numbers();
    let filter =
        NumberFilter { phone_number: Some("+1500555".into()), friendly_name: Some(LINE.into()), page_size: Some(2) };
    let listed = numbers.list(&filter).first(9).await.expect("numbers");
    let found = numbers.find(&LINE.parse().expect("a number")).await.expect("an answer").expect("a number");
    assert_eq!(listed, std::slice::from_ref(&found));
    assert!(numbers.find(&CUSTOMER.parse().expect("a number")).await.expect("an answer").is_none());
    assert_eq!(numbers.fetch(&found.sid).await.expect("a number").value, found);
    let change = NumberChange {
        friendly_name: Some("The line".into()),
        voice: Some(at("/voice")),
        voice_fallback: Some(at("/fallback")),
        status_callback: Some(at("/status")),
        sms: Some(Webhook::none()),
        sms_fallback: Some(at("/fallback")),
        voice_application: Some(String::new()),
        sms_application: Some(String::new()),
        trunk: Some(String::new()),
    };
    let changed = numbers.update(&found.sid, &change).await.expect("a number").value;
    assert_eq!((changed.voice, changed.sms), (Some(at("/voice")), None), "an empty address takes away");
    let kept = numbers.update(&found.sid, &NumberChange::default()).await.expect("a number").value;
    assert_eq!(kept.voice_fallback, Some(at("/fallback")), "what is not said stays");
}

#[tokio::test]
async fn every_request_is_one_that_the_provider_describes() {
    let lab = Lab::new();
    what_a_branch_needs(&lab).await;
    calls(&lab).await;
    messages(&lab).await;
    recordings(&lab).await;
    queues(&lab).await;
    conferences(&lab).await;
    numbers(&lab).await;
    let seen: BTreeSet<String> = lab.inspector.seen().into_iter().collect();
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    let expected = [
        "CreateCall",
        "CreateCallRecording",
        "CreateMessage",
        "CreateParticipant",
        "CreateQueue",
        "DeleteCall",
        "DeleteMessage",
        "DeleteParticipant",
        "DeleteQueue",
        "DeleteRecording",
        "FetchAccount",
        "FetchCall",
        "FetchConference",
        "FetchIncomingPhoneNumber",
        "FetchMember",
        "FetchMessage",
        "FetchParticipant",
        "FetchQueue",
        "FetchRecording",
        "ListCall",
        "ListCallRecording",
        "ListConference",
        "ListConferenceRecording",
        "ListIncomingPhoneNumber",
        "ListMember",
        "ListMessage",
        "ListParticipant",
        "ListQueue",
        "ListRecording",
        "UpdateCall",
        "UpdateCallRecording",
        "UpdateConference",
        "UpdateIncomingPhoneNumber",
        "UpdateMember",
        "UpdateMessage",
        "UpdateParticipant",
        "UpdateQueue",
    ];
    assert_eq!(seen, expected);
    let notices = lab.network.trace().notices;
    let misspelt = notices.iter().find(|notice| notice.text.contains("has no parameter"));
    assert!(misspelt.is_none(), "{misspelt:?}");
}
