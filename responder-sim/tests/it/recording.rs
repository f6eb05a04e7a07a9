//! Recordings.

use std::time::Duration;

use crate::world::{TECHNICIAN, World, values};

#[tokio::test]
async fn a_dial_is_recorded_on_the_leg_that_dialled() {
    let world = World::new().await;
    world.says(
        "/voice",
        r#"<Dial action="/after" record="record-from-answer-dual" recordingStatusCallback="/recorded"
            recordingStatusCallbackEvent="in-progress completed">+15005550006</Dial>"#,
    );
    let customer = world.customer_calls("/voice");
    world.pass(64).await;
    world.network.hang_up(&customer).expect("it is live");
    world.network.idle().await;
    let (_, list) = world.get("Recordings.json", &[("CallSid", customer.as_str())]).await;
    let recording = &list["recordings"][0];
    assert_eq!((recording["channels"].as_u64(), recording["source"].as_str()), (Some(2), Some("DialVerb")));
    assert_eq!(recording["status"], "processing", "it is not ready at once");
    assert_eq!(values(&world.seen_at("/after"), "RecordingSid"), [recording["sid"].as_str().expect("a sid")]);
    world.pass(10).await;
    let recorded = world.seen_at("/recorded");
    assert_eq!(values(&recorded, "RecordingStatus"), ["in-progress", "completed"]);
    assert_eq!(values(&recorded, "CallSid"), [customer.as_str(); 2]);
    assert_eq!(recorded[1].field("RecordingDuration"), Some("61"));
    assert_eq!(values(&recorded, "RecordingSource"), ["DialVerb"; 2]);
    world.all_signed();
}

#[tokio::test]
async fn a_live_call_is_recorded_by_rest_and_the_media_can_be_had() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='60'/>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    let path = format!("Calls/{sid}/Recordings.json");
    assert_eq!(world.post(&path, &[]).await.1["code"], 21220, "it is not answered yet");
    world.pass(10).await;
    let callback = world.url("/recorded");
    let (status, body) = world.post(&path, &[("RecordingStatusCallback", &callback)]).await;
    assert_eq!((status, body["status"].as_str()), (201, Some("in-progress")));
    let recording = body["sid"].as_str().expect("a sid").to_owned();
    let current = format!("Calls/{sid}/Recordings/Twilio.CURRENT.json");
    assert_eq!(world.post(&current, &[("Status", "paused")]).await.1["status"], "paused");
    world.pass(5).await;
    assert_eq!(world.post(&current, &[("Status", "in-progress")]).await.1["status"], "in-progress");
    world.pass(4).await;
    assert_eq!(world.get(&format!("Recordings/{recording}"), &[]).await.0, 404, "no media yet");
    assert_eq!(world.post(&current, &[("Status", "stopped")]).await.0, 200);
    world.pass(5).await;
    let (_, body) = world.get(&format!("Recordings/{recording}.json"), &[]).await;
    assert_eq!((body["status"].as_str(), body["duration"].as_str()), (Some("completed"), Some("4")));
    assert_eq!(world.seen_at("/recorded").len(), 1);

    for (suffix, kind, status) in [
        ("", "audio/x-wav", 200),
        (".mp3", "audio/mpeg", 200),
        ("?RequestedChannels=2", "application/json;charset=utf-8", 400),
    ] {
        let answer = world
            .request(reqwest::Method::GET, &format!("Recordings/{recording}{suffix}"))
            .send()
            .await
            .expect("media");
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().ok()), (status, Some(kind)));
    }
    let part = world.request(reqwest::Method::GET, &format!("Recordings/{recording}.wav")).header("range", "bytes=0-3");
    let part = part.send().await.expect("a part");
    assert_eq!(part.status().as_u16(), 206);
    assert_eq!(part.bytes().await.expect("bytes").as_ref(), b"RIFF");
    let open = reqwest::get(world.rest_url(&format!("Recordings/{recording}"))).await.expect("an answer");
    assert_eq!(open.status().as_u16(), 401, "media ask for credentials");

    assert_eq!(world.delete(&format!("Recordings/{recording}.json")).await, 204);
    assert_eq!(world.get(&format!("Recordings/{recording}.json"), &[]).await.0, 404);
}

#[tokio::test]
async fn a_call_can_be_recorded_from_its_start() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='20'/>");
    let (status, recorded) = (world.url("/status"), world.url("/recorded"));
    let more = [("Record", "true"), ("StatusCallback", &status), ("RecordingStatusCallback", &recorded)];
    let sid = world.call(TECHNICIAN, "/voice", &more.map(|(name, value)| (name, value as &str))).await;
    world.pass(60).await;
    let seen = world.seen_at("/status");
    assert_eq!(values(&seen, "RecordingDuration"), ["20"]);
    assert!(seen[0].field("RecordingUrl").is_some());
    assert_eq!(values(&world.seen_at("/recorded"), "RecordingStatus"), ["completed"]);
    let (_, list) = world.get(&format!("Calls/{sid}/Recordings.json"), &[]).await;
    assert_eq!(list["recordings"][0]["source"], "OutboundAPI");
}

#[tokio::test]
async fn it_appears_late() {
    let late = |builder: responder_sim::SimulatorBuilder| {
        builder.timing(|timing| {
            timing.recording_appears = Duration::from_secs(20);
            timing.recording_ready = Duration::from_secs(30);
        })
    };
    let world = World::with(late).await;
    world.says("/voice", "<Pause length='10'/>");
    let sid = world.call(TECHNICIAN, "/voice", &[("Record", "true")]).await;
    world.pass(18).await;
    let count = async || {
        let (_, list) = world.get("Recordings.json", &[("CallSid", sid.as_str())]).await;
        list["recordings"].as_array().expect("a list").len()
    };
    let made = world.trace().recordings[0].sid.clone();
    let path = format!("Recordings/{made}.json");
    assert_eq!((count().await, world.get(&path, &[]).await.0), (0, 404), "nobody knows of it yet");
    world.pass(10).await;
    assert_eq!((count().await, world.get(&path, &[]).await.1["status"].as_str()), (1, Some("processing")));
    assert_eq!(world.get(&format!("Recordings/{made}"), &[]).await.0, 404, "nobody can hear it yet");
    world.pass(30).await;
    assert_eq!(world.get(&path, &[]).await.1["status"], "completed");
}
