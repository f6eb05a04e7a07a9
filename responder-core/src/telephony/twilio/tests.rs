//! The client against real sockets.

mod fields;
mod loopback;
mod outcomes;
mod rest;
mod transport;

use std::time::Duration;

use self::loopback::{Loopback, Reply};
use super::*;
use crate::Timestamp;
use crate::driver::ManualClock;
use crate::telephony::{AnsweringMachineDetection, CallRecording, CallStatus, MessageStatus, StatusCallback};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const CALL: &str = r#"{"sid":"CA00000000000000000000000000000001","status":"queued","duration":null,
    "date_created":"Sat, 21 Nov 2026 03:45:12 +0000","answered_by":null,"to":"+15005550001"}"#;

fn client(base_url: &str) -> TwilioClient {
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url(base_url);
    builder.timeout(Duration::from_secs(20)).build().expect("a client")
}

fn number(text: &str) -> E164 {
    text.parse().expect("a number")
}

fn call_sid() -> CallSid {
    "CA00000000000000000000000000000001".parse().expect("a sid")
}

fn place_call() -> PlaceCall {
    PlaceCall::new(number("+15005550001"), number("+15005550006"), "https://help.example.com/notify?attempt=1#rc=3")
}

fn text() -> SendText {
    let (to, from) = (number("+15005550001"), number("+15005550006"));
    SendText { to, from, body: "Zoë & Söhne: <help> 🚨".to_owned(), status_callback: None }
}

#[tokio::test]
async fn a_call_is_placed_and_read_back() {
    let server = Loopback::new(vec![Reply::json(201, CALL)]);
    let answer = client(&server.url()).place_call(&place_call()).await.expect("an answer");
    assert_eq!(answer.value.sid, call_sid());
    assert_eq!(answer.value.status, CallStatus::Queued);
    assert_eq!(answer.value.date_created, "2026-11-21T03:45:12Z".parse().ok());
    assert_eq!(answer.provider_time, "2026-11-21T03:45:13Z".parse().ok());

    let request = server.request();
    assert_eq!(request.line, format!("POST /2010-04-01/Accounts/{ACCOUNT}/Calls.json"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let credentials = "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpzZWNyZXQ=";
    assert_eq!(request.header("authorization"), Some(format!("Basic {credentials}").as_str()));
    let expected = [
        ("To", "+15005550001"),
        ("From", "+15005550006"),
        ("Url", "https://help.example.com/notify?attempt=1#rc=3"),
        ("Timeout", "25"),
    ];
    assert_eq!(request.form(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn the_base_url_may_have_a_path_and_the_user_may_be_an_api_key() {
    let server = Loopback::new(vec![Reply::json(200, "{}")]);
    let builder = TwilioClient::builder("project/1", "token".into()).api_key("SK1", "key".into());
    let client = builder.base_url(format!("{}/api/laml/", server.url())).build().expect("a client");
    client.check_account().await.expect("an answer");
    let request = server.request();
    assert_eq!(request.line, "GET /api/laml/2010-04-01/Accounts/project%2F1.json");
    assert_eq!(request.header("authorization"), Some("Basic U0sxOmtleQ=="));
}

#[tokio::test]
async fn calls_are_looked_up_by_both_numbers() {
    let page = format!(r#"{{"calls":[{CALL}],"next_page_uri":null}}"#);
    let server = Loopback::new(vec![Reply::json(200, &page)]);
    let found = client(&server.url()).find_calls(&number("+15005550001"), &number("+15005550006")).await;
    let found = found.expect("an answer");
    assert_eq!(found.value.iter().map(|call| &call.sid).collect::<Vec<_>>(), [&call_sid()]);
    assert!(found.provider_time.is_some());
    let query = "?To=%2B15005550001&From=%2B15005550006&PageSize=50";
    assert_eq!(server.request().line, format!("GET /2010-04-01/Accounts/{ACCOUNT}/Calls.json{query}"));
}

#[tokio::test]
async fn ending_what_is_over_is_no_error() {
    let over = r#"{"code":21220,"message":"Call is not in-progress. Cannot redirect.","status":400}"#;
    let ended = CALL.replace("queued", "completed").replace("\"duration\":null", "\"duration\":\"42\"");
    let replies = vec![
        Reply::json(200, &ended),
        Reply::json(400, over),
        Reply::json(404, "{}"),
        Reply::json(400, r#"{"code":21211}"#),
        Reply::json(400, over),
    ];
    let server = Loopback::new(replies);
    let client = client(&server.url());
    let end = client.end_call(&call_sid()).await.expect("an answer").value;
    let CallEnd::Ended(info) = end else { panic!("{end:?}") };
    assert_eq!((info.status, info.duration), (CallStatus::Completed, Some(Duration::from_secs(42))));
    for _ in 0..2 {
        assert_eq!(client.end_call(&call_sid()).await.expect("an answer").value, CallEnd::AlreadyEnded);
    }
    assert_eq!(client.end_call(&call_sid()).await.expect_err("another reason").code(), Some(21211));
    let redirected = client.redirect_call(&call_sid(), "https://help.example.com/").await;
    assert_eq!(redirected.expect_err("it is over").code(), Some(21220));
    assert_eq!(server.request().form(), [("Status".to_owned(), "completed".to_owned())]);
    assert_eq!(server.connections(), 1, "one connection serves all requests");
}

#[tokio::test]
async fn queues_are_found_on_any_page_of_the_same_host() {
    let queue = |name: &str| format!(r#"{{"sid":"QU1","friendly_name":"{name}","current_size":2}}"#);
    let page = |name: &str, next: &str| format!(r#"{{"queues":[{}],"next_page_uri":{next}}}"#, queue(name));
    let replies = vec![
        Reply::json(200, &page("other", "\"/2010-04-01/Accounts/AC1/Queues.json?Page=1&PageToken=x\"")),
        Reply::json(200, &page("e-1", "\"/more\"")),
        Reply::json(200, &page("e-1", "null")),
        Reply::new(204, "", ""),
        Reply::json(200, &page("other", "null")),
        Reply::json(200, &page("other", "\"https://elsewhere.example.com/\"")),
        Reply::json(200, &page("other", "\"//elsewhere.example.com/\"")),
    ];
    let server = Loopback::new(replies);
    let client = client(&server.url());
    let found = client.find_queue("e-1").await.expect("an answer").value.expect("a queue");
    assert_eq!((found.sid.as_str(), found.name.as_str(), found.size), ("QU1", "e-1", 2));
    assert_eq!(client.delete_queue("e-1").await.expect("an answer").value, QueueDeletion::Deleted);
    assert_eq!(client.delete_queue("e-1").await.expect("an answer").value, QueueDeletion::NoSuchQueue);
    for _ in 0..2 {
        let error = client.find_queue("e-1").await.expect_err("credentials must stay");
        assert_eq!(
            format!("{error:?}"),
            "Unknown(the outcome of the request is unknown: the next page is on another host)"
        );
    }
    let lines: Vec<String> = (0..7).map(|_| server.request().line).collect();
    assert_eq!(lines[1], "GET /2010-04-01/Accounts/AC1/Queues.json?Page=1&PageToken=x");
    assert_eq!(lines[3], format!("DELETE /2010-04-01/Accounts/{ACCOUNT}/Queues/QU1.json"));
}

#[tokio::test]
async fn texts_are_sent_and_their_fate_is_read() {
    let sent = r#"{"sid":"SM1","status":"queued","error_code":null}"#;
    let lost = r#"{"sid":"SM1","status":"undelivered","error_code":30003}"#;
    let server = Loopback::new(vec![Reply::json(201, sent), Reply::json(200, lost)]);
    let client = client(&server.url());
    let info = client.send_text(&text()).await.expect("an answer").value;
    assert_eq!(info.status, MessageStatus::Queued);
    let info = client.fetch_message(&info.sid).await.expect("an answer").value;
    assert_eq!((info.status, info.error_code), (MessageStatus::Undelivered, Some(30003)));
    let body = server.request().form().into_iter().find(|(name, _)| name == "Body");
    assert_eq!(body.map(|(_, value)| value), Some(text().body));
}

#[tokio::test]
async fn calls_are_paced_without_asking_the_provider() {
    let server = Loopback::new(vec![Reply::json(201, CALL), Reply::json(201, CALL)]);
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url(server.url()).clock(clock.clone());
    let client = builder.build().expect("a client");
    client.place_call(&place_call()).await.expect("the first call");
    clock.set(Timestamp::from_micros(0));
    let error = client.place_call(&place_call()).await.expect_err("the clock went back by decades");
    let TelephonyError::RateLimited { retry_after: Some(wait) } = error else { panic!("{error:?}") };
    assert_eq!(wait, Duration::from_secs(1));
    clock.advance(Duration::from_secs(1));
    client.place_call(&place_call()).await.expect("a second later");
}

#[tokio::test]
async fn states_that_nobody_has_heard_of_hide_nothing_that_is_known() {
    let odd = CALL.replace("queued", "parked").replace("0001\",\"st", "0002\",\"st");
    let page = format!(r#"{{"calls":[{odd},{CALL}]}}"#);
    let text = r#"{"sid":"SM1","status":"pondering"}"#;
    let replies = [&odd, text, &page, &odd].map(|body| Reply::json(200, body));
    let server = Loopback::new(replies.into());
    let telephony: Arc<dyn Telephony> = Arc::new(client(&server.url()));

    let placed = telephony.place_call(&place_call()).await.expect("it was placed").value;
    assert_eq!((placed.sid.as_str(), placed.status), ("CA00000000000000000000000000000002", CallStatus::Queued));
    let sent = telephony.send_text(&self::text()).await.expect("it was sent").value;
    assert_eq!(sent.status, MessageStatus::Queued);
    let found = telephony.find_calls(&number("+15005550001"), &number("+15005550006")).await.expect("an answer").value;
    assert_eq!(found.iter().map(|call| &call.sid).collect::<Vec<_>>(), [&call_sid()]);
    assert!(telephony.fetch_call(&placed.sid).await.expect_err("no state").may_have_been_processed());
}
