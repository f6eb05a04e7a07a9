//! Conferences: by documents and by REST.

use responder_sim::{Behaviour, ConferenceRecord, ConferenceState, Sid, Sound};
use serde_json::Value;

use crate::world::{LINE, TECHNICIAN, World, values};

const EVENTS: &str =
    "statusCallback='/events' statusCallbackEvent='start end join leave mute hold modify announcement'";

/// A document that dials into the room.
fn room(attributes: &str) -> String {
    format!("<Dial action='/after'><Conference {EVENTS} {attributes}>room</Conference></Dial><Say>Over.</Say>")
}

fn the_room(world: &World) -> ConferenceRecord {
    let trace = world.trace();
    let mut rooms = trace.conferences_named("room");
    let room = rooms.next().expect("a conference").clone();
    assert!(rooms.next().is_none(), "there is but one");
    room
}

async fn technician(world: &World, attributes: &str) -> Sid {
    world.says("/technician", &room(attributes));
    let call = world.call(TECHNICIAN, "/technician", &[]).await;
    world.pass(10).await;
    call
}

#[tokio::test]
async fn it_begins_with_the_second_and_ends_with_the_last() {
    let world = World::new().await;
    world.says("/voice", &room("waitUrl='/wait' participantLabel='customer'"));
    world.says("/wait", "<Say>Please wait.</Say>");
    world.says("/after", "<Say>Goodbye.</Say>");
    let customer = world.customer_calls("/voice");
    world.pass(20).await;
    assert_eq!(the_room(&world).state, ConferenceState::Init);
    assert!(world.record(&customer).heard_text("please wait"));
    assert_eq!(world.seen_at("/wait").len(), 1, "what is heard in a conference is not asked for again");

    let technician = technician(&world, "").await;
    let record = the_room(&world);
    assert_eq!(record.state, ConferenceState::InProgress);
    let calls: Vec<_> = record.participants.iter().map(|one| &one.call).collect();
    assert_eq!(calls, [&customer, &technician]);

    world.network.hang_up(&technician).expect("it is live");
    world.network.idle().await;
    assert_eq!(the_room(&world).state, ConferenceState::InProgress, "somebody is left");
    world.network.hang_up(&customer).expect("it is live");
    world.network.idle().await;
    let record = the_room(&world);
    assert_eq!((record.state, record.reason.as_deref()), (ConferenceState::Completed, Some("last-participant-left")));
    assert_eq!(record.ended_by, Some(customer.clone()));

    let events = world.seen_at("/events");
    let mut numbers = values(&events, "SequenceNumber");
    numbers.sort_unstable();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    let named =
        |event: &str| events.iter().find(|seen| seen.field("StatusCallbackEvent") == Some(event)).expect("told");
    assert_eq!(named("participant-join").field("ParticipantLabel"), Some("customer"));
    assert_eq!(named("participant-leave").field("ReasonParticipantLeft"), Some("participant_hung_up"));
    assert_eq!(named("conference-end").field("CallSidEndingConference"), Some(customer.as_str()));
    assert!(named("conference-start").field("CallSid").is_none());
    world.all_signed();
}

#[tokio::test]
async fn whoever_it_depends_on_ends_it_and_the_others_go_on() {
    let world = World::new().await;
    world.says("/voice", &room(""));
    world.says("/after", "<Say>Goodbye.</Say>");
    let customer = world.customer_calls("/voice");
    let technician = technician(&world, "endConferenceOnExit='true'").await;
    world.network.hang_up(&technician).expect("it is live");
    world.pass(1).await;
    let reason = the_room(&world).reason;
    assert_eq!(reason.as_deref(), Some("participant-with-end-conference-on-exit-left"));
    let after = world.seen_at("/after");
    let of_customer = after.iter().find(|seen| seen.field("CallSid") == Some(customer.as_str())).expect("it goes on");
    assert_eq!(of_customer.field("DialCallStatus"), Some("answered"));
    assert!(of_customer.field("DialCallSid").is_none(), "there is no other leg");
    assert!(world.record(&customer).heard_text("goodbye"));
    let left: Vec<_> = world.seen_at("/events");
    let reasons: Vec<_> = left.iter().filter_map(|seen| seen.field("ReasonParticipantLeft")).collect();
    assert_eq!(reasons, ["participant_hung_up", "moderator_ended_conference"]);
}

#[tokio::test]
async fn it_does_not_begin_without_somebody_who_may() {
    let world = World::new().await;
    world.says("/voice", &room("startConferenceOnEnter='false'"));
    let customer = world.customer_calls("/voice");
    technician(&world, "startConferenceOnEnter='false'").await;
    assert_eq!(the_room(&world).state, ConferenceState::Init);
    let hears_music =
        world.record(&customer).heard.iter().any(|heard| heard.what == Sound::HoldMusic && heard.to.is_none());
    assert!(hears_music);
}

#[tokio::test]
async fn labels_are_unique_and_there_is_only_so_much_room() {
    let world = World::new().await;
    world.says("/voice", &room("participantLabel='one' maxParticipants='2'"));
    let customer = world.customer_calls("/voice");
    world.pass(1).await;
    let twin = technician(&world, "participantLabel='one'").await;
    assert!(world.record(&twin).heard_text("over"), "it goes on with the next verb");
    assert!(world.trace().notices.iter().any(|notice| notice.code == 16025));
    technician(&world, "participantLabel='two'").await;
    world.says("/third", &room("participantLabel='three' maxParticipants='2'"));
    world.call("+15005550020", "/third", &[]).await;
    world.pass(10).await;
    let after = world.seen_at("/after");
    assert_eq!(values(&after, "DialCallStatus").last(), Some(&"failed"));
    assert_eq!(the_room(&world).participants.len(), 2);
    assert!(!world.record(&customer).status.is_over());
}

#[tokio::test]
async fn a_star_leads_out() {
    let world = World::new().await;
    world.says("/voice", "<Dial hangupOnStar='true'><Conference>room</Conference></Dial><Say>Over.</Say>");
    let customer = world.customer_calls("/voice");
    technician(&world, "").await;
    world.network.press(&customer, "*").expect("it is live");
    world.pass(1).await;
    assert!(world.record(&customer).heard_text("over"));
    assert_eq!(
        the_room(&world).participants[0].left,
        Some(world.record(&customer).heard.last().expect("a sound").from)
    );
}

#[tokio::test]
async fn it_is_recorded_as_a_whole() {
    let world = World::new().await;
    world.says("/voice", &room("record='record-from-start' recordingStatusCallback='/recorded'"));
    let customer = world.customer_calls("/voice");
    world.pass(30).await;
    let technician = technician(&world, "").await;
    world.pass(60).await;
    world.network.hang_up(&customer).expect("it is live");
    world.pass(10).await;
    world.network.hang_up(&technician).expect("it is live");
    world.pass(10).await;
    let room = the_room(&world);
    let (status, list) = world.get(&format!("Conferences/{}/Recordings.json", room.sid), &[]).await;
    let recording = &list["recordings"][0];
    assert_eq!(
        (status, recording["source"].as_str(), recording["status"].as_str()),
        (200, Some("Conference"), Some("completed"))
    );
    assert_eq!(recording["conference_sid"], room.sid.as_str());
    let (from, to) = (room.started.expect("it began"), room.ended.expect("it ended"));
    let length = to.since(from).as_secs_f64().round().to_string();
    assert_eq!(recording["duration"], length, "it does not end with the first call");
    assert_eq!(world.seen_at("/recorded")[0].field("ConferenceSid"), Some(room.sid.as_str()));
    let of_call = world.get(&format!("Calls/{customer}/Recordings.json"), &[]).await.1;
    assert_eq!(of_call["recordings"].as_array().map(Vec::len), Some(0));
    let path = format!("Conferences/{}/Recordings/{}.json", room.sid, recording["sid"].as_str().expect("a sid"));
    assert_eq!(world.get(&path, &[]).await.0, 200);
    assert_eq!(world.delete(&path).await, 204);
    assert_eq!(world.get(&path, &[]).await.0, 404);
}

#[tokio::test]
async fn rest_calls_people_in_and_sends_them_out() {
    let world = World::new().await;
    world.says("/voice", &room(""));
    let customer = world.customer_calls("/voice");
    world.pass(1).await;
    let callback = world.url("/course");
    let fields = [("To", TECHNICIAN), ("From", LINE), ("Label", "technician"), ("StatusCallback", callback.as_str())];
    let (status, added) = world.post("Conferences/room/Participants.json", &fields).await;
    assert_eq!((status, added["status"].as_str(), added["label"].as_str()), (201, Some("queued"), Some("technician")));
    let room_sid = the_room(&world).sid;
    assert_eq!(added["conference_sid"], room_sid.as_str());
    let participants = format!("Conferences/{room_sid}/Participants");
    assert_eq!(labels(&world, &participants, &[]).await, ["-", "technician"]);
    world.pass(10).await;
    let (_, fetched) = world.get(&format!("{participants}/technician.json"), &[]).await;
    assert_eq!((fetched["status"].as_str(), fetched["muted"].as_bool()), (Some("connected"), Some(false)));
    assert_eq!(the_room(&world).state, ConferenceState::InProgress);

    let path = format!("{participants}/technician.json");
    assert_eq!(world.post(&path, &[("Muted", "true")]).await.1["muted"], true);
    assert_eq!(labels(&world, &participants, &[("Muted", "true")]).await, ["technician"]);
    let held = world.url("/held");
    world.says("/held", "<Say>One moment.</Say>");
    let (_, on_hold) = world.post(&path, &[("Hold", "true"), ("HoldUrl", &held)]).await;
    assert_eq!(on_hold["hold"], true);
    world.pass(5).await;
    let technician = Sid::from(added["call_sid"].as_str().expect("a sid"));
    assert!(world.record(&technician).heard_text("one moment") && !world.record(&customer).heard_text("one moment"));
    assert_eq!(world.post(&path, &[("Hold", "false")]).await.1["hold"], false);
    assert_eq!(world.post(&path, &[("Muted", "perhaps")]).await.0, 400);

    let announced = world.url("/announced");
    world.says("/announced", "<Say>Help has arrived.</Say>");
    let room_path = format!("Conferences/{room_sid}.json");
    assert_eq!(world.post(&room_path, &[("AnnounceUrl", &announced)]).await.0, 200);
    world.pass(5).await;
    assert!(world.record(&technician).heard_text("help has arrived") && world.record(&customer).heard_text("help has"));

    assert_eq!(world.delete(&path).await, 204);
    world.pass(1).await;
    assert!(world.record(&technician).status.is_over(), "it was called for this alone");
    assert_eq!(world.seen_at("/course").last().and_then(|seen| seen.field("CallStatus")), Some("completed"));
    assert_eq!(world.get(&path, &[]).await.0, 404);
    let events: Vec<String> = world
        .seen_at("/events")
        .iter()
        .filter_map(|seen| seen.field("StatusCallbackEvent").map(str::to_owned))
        .collect();
    for event in ["participant-mute", "participant-hold", "participant-unhold", "announcement-end"] {
        assert!(events.iter().any(|seen| seen == event), "{event} in {events:?}");
    }
}

#[tokio::test]
async fn rest_ends_it() {
    let world = World::new().await;
    world.says("/voice", &room(""));
    world.says("/after", "<Say>Goodbye.</Say>");
    let customer = world.customer_calls("/voice");
    technician(&world, "").await;
    let path = format!("Conferences/{}.json", the_room(&world).sid);
    let (status, ended) = world.post(&path, &[("Status", "completed")]).await;
    assert_eq!((status, ended["status"].as_str()), (200, Some("completed")));
    assert_eq!(ended["reason_conference_ended"], "conference-ended-via-api");
    world.pass(1).await;
    assert!(world.record(&customer).heard_text("goodbye"));
    let participants = path.replace(".json", "/Participants.json");
    assert_eq!(world.get(&participants, &[]).await.1["participants"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.post(&path, &[("Status", "completed")]).await.0, 400, "it is over");
    let fields = [("To", TECHNICIAN), ("From", LINE)];
    assert_eq!(world.post(&participants, &fields).await.0, 400);
    // A new one of this name is another.
    world.customer_calls("/voice");
    world.pass(1).await;
    let list = async |query: &[(&str, &str)]| {
        let (_, body) = world.get("Conferences.json", query).await;
        body["conferences"].as_array().expect("a list").len()
    };
    assert_eq!(list(&[("FriendlyName", "room")]).await, 2);
    assert_eq!(list(&[("FriendlyName", "room"), ("Status", "completed")]).await, 1);
    assert_eq!(list(&[("Status", "in-progress")]).await, 0);
    assert_eq!(list(&[("DateCreated>", "2026-01-02")]).await, 0);
}

#[tokio::test]
async fn somebody_who_does_not_answer_is_no_participant() {
    let world = World::new().await;
    world.phone(TECHNICIAN, Behaviour::busy());
    let fields = [("To", TECHNICIAN), ("From", LINE)];
    let (_, added) = world.post("Conferences/lonely/Participants.json", &fields).await;
    world.pass(10).await;
    let sid = added["conference_sid"].as_str().expect("a sid");
    assert_eq!(world.get(&format!("Conferences/{sid}.json"), &[]).await.1["status"], "completed");
    for path in
        ["Conferences/lonely.json", "Conferences/CF0/Participants.json", "Conferences/nobody/Participants/x.json"]
    {
        assert_eq!(world.get(path, &[]).await.0, 404, "{path}");
    }
    let unknown = format!("Conferences/CF{}/Participants.json", "0".repeat(32));
    assert_eq!(world.post(&unknown, &fields).await.0, 404, "a sid is not a name");
}

#[tokio::test]
async fn whoever_is_refused_leaves_nothing_behind() {
    let world = World::new().await;
    let all = async |what: &str| world.get(&format!("{what}.json"), &[]).await.1[what.to_lowercase()].clone();
    let fields = [("To", TECHNICIAN), ("From", LINE), ("CallSidToCoach", "CA0")];
    let (status, error) = world.post("Conferences/room/Participants.json", &fields).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(13240)));
    assert_eq!((all("Conferences").await, all("Calls").await), (Value::Array(Vec::new()), Value::Array(Vec::new())));
    world.says("/voice", "<Dial><Conference coach='CA0'>room</Conference></Dial><Say>Over.</Say>");
    let customer = world.customer_calls("/voice");
    world.pass(1).await;
    assert!(world.record(&customer).heard_text("over"));
    assert_eq!(all("Conferences").await, Value::Array(Vec::new()));
}

#[tokio::test]
async fn nobody_hears_anything_before_they_answer() {
    let world = World::new().await;
    world.says("/held", "<Say>One moment.</Say>");
    world.phone(TECHNICIAN, Behaviour::answers_after_seconds(20));
    let fields = [("To", TECHNICIAN), ("From", LINE), ("Label", "technician")];
    let (_, added) = world.post("Conferences/room/Participants.json", &fields).await;
    let path = "Conferences/room/Participants/technician.json";
    world.pass(5).await;
    let held = world.url("/held");
    for document in [("HoldUrl", held.as_str()), ("AnnounceUrl", held.as_str())] {
        let (status, _) = world.post(path, &[("Hold", "true"), document]).await;
        assert_eq!(status, 400, "{document:?}");
    }
    assert_eq!(world.post(path, &[("Muted", "true")]).await.1["status"], "ringing");
    world.pass(5).await;
    let call = Sid::from(added["call_sid"].as_str().expect("a sid"));
    assert!(world.seen_at("/held").is_empty() && world.record(&call).heard.is_empty());
    world.pass(20).await;
    assert_eq!(world.get(path, &[]).await.1["status"], "connected");
}

#[tokio::test]
async fn a_participant_who_is_redirected_leaves() {
    let world = World::new().await;
    world.says("/voice", &room(""));
    world.says("/elsewhere", "<Say>Another place.</Say><Pause length='30'/>");
    let customer = world.customer_calls("/voice");
    technician(&world, "").await;
    let elsewhere = world.url("/elsewhere");
    assert_eq!(world.post(&format!("Calls/{customer}.json"), &[("Url", &elsewhere)]).await.0, 200);
    world.pass(5).await;
    assert!(world.record(&customer).heard_text("another place"));
    let reasons: Vec<_> = world.seen_at("/events");
    assert!(reasons.iter().any(|seen| seen.field("ReasonParticipantLeft") == Some("participant_updated_via_api")));
    assert!(world.seen_at("/after").is_empty(), "the document that dialled is gone");
}

async fn labels(world: &World, path: &str, query: &[(&str, &str)]) -> Vec<String> {
    let (status, body) = world.get(&format!("{path}.json"), query).await;
    assert_eq!(status, 200);
    let shown = |one: &Value| one["label"].as_str().unwrap_or("-").to_owned();
    body["participants"].as_array().expect("a list").iter().map(shown).collect()
}
