//! The list of recordings, as the seed's page has it, and their sound.

use std::time::{Duration, Instant};

use responder::telephony::{StartRecording, Telephony, TwilioClient};
use responder_sim::DialIn;
use serde_json::Value;

use crate::{
    sheet::{Field, Sheet, is, json, told},
    town::{CUSTOMER, OURS, Town, User, emergency, until},
};

const LIST: &str = "/api/branch/tuc/recordings";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_page_finds_recordings_as_they_were() {
    let (town, mut sheet) = (Town::found().await, Sheet::new());
    let ada = town.user("ada").await;
    let none = ada.get(LIST).await;
    let fields = [
        ("success", is(true)),
        ("recordings", is(Vec::<Value>::new())),
        ("page", is(1)),
        ("page_size", is(20)),
        ("count", is(0)),
    ];
    sheet.look("none yet", &none, &json(200, fields));
    let nothing = ada.get("/api/branch/rex/recordings").await;
    sheet.look("a branch without an account", &nothing, &json(400, [("error", Field::Text)]));

    town.report(&emergency("Zoe")).await;
    let (first, second) = (recorded(&town, &ada, 1).await, recorded(&town, &ada, 2).await);
    let listed = ada.get(LIST).await;
    let fields = [
        ("count", is(2)),
        ("recordings/0/sid", is(second)),
        ("recordings/1/sid", is(first.clone())),
        ("recordings/0/call_sid", Field::Text),
        ("recordings/0/duration", Field::Whole),
        ("recordings/0/date_created", Field::Text),
        ("recordings/0/from", is(CUSTOMER)),
        ("recordings/0/to", is(OURS)),
        ("recordings/0/status", is("completed")),
        ("recordings/0/uri", Field::Text),
        ("recordings/0/media_url", Field::Text),
    ];
    sheet.look("two of them, newest first", &listed, &json(200, fields));
    let page = ada.get(&format!("{LIST}?page=2&page_size=1")).await;
    let fields = [("page", is(2)), ("page_size", is(1)), ("count", is(1)), ("recordings/0/sid", is(first.clone()))];
    sheet.look("the second page", &page, &json(200, fields));

    let url = listed.json()["recordings"][1]["media_url"].as_str().unwrap_or_default().to_owned();
    sheet.so("the sound comes from here", url.starts_with(LIST) && url.contains(&first), &listed);
    let sound = ada.to("GET", &url).send().await.expect("an answer");
    assert_eq!(
        (sound.status().as_u16(), &sound.headers()["content-type"]),
        (200, &"audio/mpeg".parse().expect("a type"))
    );
    assert!(!sound.bytes().await.expect("sound").is_empty());
    let part = ada.to("GET", &url).header("range", "bytes=0-9").send().await.expect("an answer");
    assert_eq!((part.status().as_u16(), part.bytes().await.expect("sound").len()), (206, 10));
    let none = told(ada.to("GET", &format!("{LIST}/RE{}/media", "0".repeat(32)))).await;
    sheet.look("a recording that is not there", &none, &json(404, [("error", Field::Text)]));

    // An account that the provider does not know.
    ada.save(
        "rex",
        &serde_json::json!({
            "TWILIO_ACCOUNT_SID": format!("AC{}", "9".repeat(32)), "TWILIO_AUTH_TOKEN": "9".repeat(32),
            "TWILIO_PHONE_NUMBER": "+15005550066", "RECIPIENT_PHONES": "+15005550009",
        }),
    )
    .await;
    let failed = ada.get("/api/branch/rex/recordings").await;
    sheet.look("the provider refuses", &failed, &json(500, [("error", Field::Text)]));
    sheet.close(36);
}

/// A customer who holds, and is recorded for a moment.
async fn recorded(town: &Town, ada: &User, count: usize) -> String {
    let call = town.network.dial(DialIn::new(CUSTOMER, OURS)).expect("a call");
    until(async || town.network.call(&call).is_some_and(|call| !call.holds.is_empty())).await;
    let client = TwilioClient::builder(town.network.account_sid(), town.network.auth_token().into());
    let client = client.base_url(town.network.url()).build().expect("a client");
    let order = StartRecording { call: call.as_str().parse().expect("a sid"), status_callback: None };
    let sid = client.start_recording(&order).await.expect("a recording").value.sid.to_string();
    // Some sound, at least.
    let began = Instant::now();
    until(async || began.elapsed() > LONG).await;
    town.network.hang_up(&call).expect("it runs");
    until(async || {
        let list = ada.get(LIST).await.json();
        list["count"] == count && list["recordings"][0]["status"] == "completed"
    })
    .await;
    sid
}

const LONG: Duration = Duration::from_secs(3);
