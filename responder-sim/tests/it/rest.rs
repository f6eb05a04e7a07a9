//! The REST API as such.

use responder_sim::{CallStatus, NumberConfig};
use serde_json::Value;

use crate::world::{CUSTOMER, LINE, TECHNICIAN, World};

#[tokio::test]
async fn credentials_are_checked() {
    let world = World::with(|builder| builder.api_key("SK1", "key-secret")).await;
    let client = reqwest::Client::new();
    let account = world.network.account_sid().to_owned();
    let ask =
        |user: &str, password: &str| client.get(world.rest_url("Calls.json")).basic_auth(user, Some(password)).send();
    for (user, password) in [(account.as_str(), "wrong"), ("AC2", world.network.auth_token()), ("SK1", "wrong")] {
        let answer = ask(user, password).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 401);
        let body: Value = answer.json().await.expect("a body");
        assert_eq!(body["code"], 20003);
        assert_eq!(body["more_info"], "https://www.twilio.com/docs/errors/20003");
        assert_eq!(body["status"], 401);
        assert!(body["message"].is_string());
    }
    assert_eq!(client.get(world.rest_url("Calls.json")).send().await.expect("an answer").status().as_u16(), 401);
    assert_eq!(ask("SK1", "key-secret").await.expect("an answer").status().as_u16(), 200);
    let other = world.rest_url("Calls.json").replace(&account, "AC00000000000000000000000000000002");
    let answer = client.get(other).basic_auth(&account, Some(world.network.auth_token())).send().await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 404, "another account");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_by_code() {
    let world = World::with(|builder| builder.only_owned_from()).await;
    world.network.set_number(LINE, NumberConfig::default());
    let url = world.url("/voice");
    let long = format!("<Response><Say>{}</Say></Response>", "x".repeat(4000));
    let good = [("To", TECHNICIAN), ("From", LINE), ("Url", url.as_str())];
    let cases: [(&str, &str, u64); 9] = [
        ("To", "", 21201),
        ("To", "5550006", 21211),
        ("From", "", 21213),
        ("From", "nobody", 21212),
        ("From", CUSTOMER, 21210),
        ("Url", "", 21205),
        ("Url", "/voice", 21205),
        ("Url", "http://my_host/voice", 21205),
        ("Timeout", "soon", 20001),
    ];
    for (name, value, code) in cases {
        let mut fields: Vec<_> = good.into_iter().filter(|(field, _)| *field != name).collect();
        fields.push((name, value));
        let (status, body) = world.post("Calls.json", &fields).await;
        assert_eq!((status, body["code"].as_u64()), (400, Some(code)), "{name}={value}");
        assert_eq!(body["status"], 400);
    }
    let twiml = [good[0], good[1], ("Twiml", long.as_str())];
    assert_eq!(world.post("Calls.json", &twiml).await.1["code"], 20001);
    let callback = [good[0], good[1], good[2], ("StatusCallback", "nowhere")];
    assert_eq!(world.post("Calls.json", &callback).await.1["code"], 21609);
    assert!(world.trace().calls.is_empty());
    for (fields, code) in [
        (vec![("From", LINE), ("Body", "x")], 21604),
        (vec![("To", TECHNICIAN), ("Body", "x")], 21603),
        (vec![("To", TECHNICIAN), ("From", LINE)], 21602),
        (vec![("To", TECHNICIAN), ("From", CUSTOMER), ("Body", "x")], 21606),
        (vec![("To", "nobody"), ("From", LINE), ("Body", "x")], 21211),
    ] {
        assert_eq!(world.post("Messages.json", &fields).await.1["code"], code);
    }
}

#[tokio::test]
async fn nothing_is_at_unknown_addresses() {
    let world = World::new().await;
    for path in ["Calls/CA1.json", "Messages/SM1.json", "Queues/QU1.json", "Recordings/RE1.json", "Nothing.json"] {
        let (status, body) = world.get(path, &[]).await;
        assert_eq!((status, body["code"].as_u64()), (404, Some(20404)), "{path}");
    }
    let put = world.request(reqwest::Method::PUT, "Calls.json").send().await.expect("an answer");
    assert_eq!(put.status().as_u16(), 405);
    assert!(put.headers().contains_key("date"));
}

#[tokio::test]
async fn a_call_has_the_documented_fields() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='10'/>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    let (_, body) = world.get(&format!("Calls/{sid}.json"), &[]).await;
    let names = "sid date_created date_updated parent_call_sid account_sid to to_formatted from from_formatted \
        phone_number_sid status start_time end_time duration price price_unit direction answered_by api_version \
        forwarded_from group_sid caller_name queue_time trunk_sid uri subresource_uris";
    let mut expected: Vec<_> = names.split_whitespace().collect();
    expected.sort_unstable();
    let found: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, expected);
    assert_eq!(body["duration"], "10");
    assert_eq!(body["to_formatted"], "(500) 555-0006");
    assert_eq!(body["date_created"], "Thu, 01 Jan 2026 00:00:00 +0000");
    assert_eq!(body["uri"], format!("/2010-04-01/Accounts/{}/Calls/{sid}.json", world.network.account_sid()));
}

#[tokio::test]
async fn the_other_resources_have_at_least_the_documented_fields() {
    let world = World::new().await;
    world.says("/voice", "<Enqueue>support</Enqueue>");
    let sid = world.customer_calls("/voice");
    world.network.idle().await;
    let (_, message) = world.post("Messages.json", &[("To", TECHNICIAN), ("From", LINE), ("Body", "x")]).await;
    let (_, recording) = world.post(&format!("Calls/{sid}/Recordings.json"), &[]).await;
    let (_, queues) = world.get("Queues.json", &[]).await;
    let queue = &queues["queues"][0];
    let path = format!("Queues/{}/Members/{sid}.json", queue["sid"].as_str().expect("a sid"));
    let (_, member) = world.get(&path, &[]).await;
    let (_, list) = world.get("Messages.json", &[]).await;
    for (shown, names) in [
        (
            &message,
            "body num_segments direction from to date_updated price error_message uri account_sid num_media \
            status messaging_service_sid sid date_sent date_created error_code price_unit api_version subresource_uris",
        ),
        (
            &recording,
            "account_sid api_version call_sid conference_sid date_created date_updated start_time duration sid \
            price price_unit status channels source error_code uri encryption_details subresource_uris media_url track",
        ),
        (queue, "date_updated current_size friendly_name uri account_sid average_wait_time sid date_created max_size"),
        (&member, "call_sid date_enqueued position uri wait_time queue_sid"),
        (&list, "end first_page_uri next_page_uri page page_size previous_page_uri start uri messages"),
    ] {
        for name in names.split_whitespace() {
            assert!(shown.get(name).is_some(), "{name} in {shown}");
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let world = World::new().await;
    world.says("/voice", "<Dial>+15005550007</Dial>");
    let customer = world.customer_calls("/voice");
    world.pass(10).await;
    for _ in 0..3 {
        world.call(TECHNICIAN, "/voice", &[]).await;
    }
    let count = async |query: &[(&str, &str)]| {
        let (status, body) = world.get("Calls.json", query).await;
        assert_eq!(status, 200);
        body["calls"].as_array().expect("a list").len()
    };
    assert_eq!(count(&[]).await, 5);
    assert_eq!(count(&[("To", TECHNICIAN)]).await, 3);
    assert_eq!(count(&[("From", CUSTOMER)]).await, 2, "the dialled leg shows the caller's number");
    assert_eq!(count(&[("ParentCallSid", customer.as_str())]).await, 1);
    assert_eq!(count(&[("Status", "in-progress")]).await, 2);
    assert_eq!(count(&[("StartTime>", "2026-01-01")]).await, 5);
    assert_eq!(count(&[("StartTime<", "2025-12-31")]).await, 0);
    assert_eq!(count(&[("StartTime>", "2026-01-01T00:00:05Z")]).await, 3);

    let (_, first) = world.get("Calls.json", &[("PageSize", "2")]).await;
    assert_eq!((first["start"].as_u64(), first["end"].as_u64(), first["page"].as_u64()), (Some(0), Some(1), Some(0)));
    assert!(first["previous_page_uri"].is_null());
    world.call(TECHNICIAN, "/voice", &[]).await;
    let mut seen: Vec<String> = sids(&first);
    let mut page = first;
    while let Some(next) = page["next_page_uri"].as_str() {
        let url = format!("{}{next}", world.network.url());
        let answer = reqwest::Client::new()
            .get(url)
            .basic_auth(world.network.account_sid(), Some(world.network.auth_token()))
            .send()
            .await
            .expect("a page");
        page = answer.json().await.expect("a page");
        seen.extend(sids(&page));
    }
    assert_eq!(seen.len(), 5, "a call that came in between shifts nothing");
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

fn sids(page: &Value) -> Vec<String> {
    let calls = page["calls"].as_array().expect("a list");
    calls.iter().map(|call| call["sid"].as_str().expect("a sid").to_owned()).collect()
}

#[tokio::test]
async fn only_finished_calls_are_deleted() {
    let world = World::new().await;
    world.says("/voice", "<Pause/>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    let path = format!("Calls/{sid}.json");
    assert_eq!(world.delete(&path).await, 400);
    world.pass(60).await;
    assert_eq!(world.delete(&path).await, 204);
    assert_eq!(world.get(&path, &[]).await.0, 404);
    assert_eq!(world.record(&sid).status, CallStatus::Completed, "the trace keeps it");
}

#[tokio::test]
async fn queues_are_made_changed_and_deleted() {
    let world = World::new().await;
    let (status, queue) = world.post("Queues.json", &[("FriendlyName", "support"), ("MaxSize", "7")]).await;
    assert_eq!((status, queue["max_size"].as_u64(), queue["current_size"].as_u64()), (201, Some(7), Some(0)));
    assert_eq!(world.post("Queues.json", &[("FriendlyName", "support")]).await.0, 400);
    assert_eq!(world.post("Queues.json", &[]).await.1["code"], 20001);
    assert_eq!(world.post("Queues.json", &[("FriendlyName", "a"), ("MaxSize", "5001")]).await.0, 400);
    let path = format!("Queues/{}.json", queue["sid"].as_str().expect("a sid"));
    assert_eq!(world.post(&path, &[("FriendlyName", "sales")]).await.1["friendly_name"], "sales");
    assert_eq!(world.get(&path, &[]).await.1["max_size"], 7);
    assert_eq!(world.delete(&path).await, 204);
    assert_eq!(world.get(&path, &[]).await.0, 404);
    let (_, again) = world.post("Queues.json", &[("FriendlyName", "sales")]).await;
    assert_ne!(again["sid"], queue["sid"]);
}

#[tokio::test]
async fn numbers_can_be_set_up_by_rest() {
    let world = World::new().await;
    let voice = world.url("/voice");
    let (status, number) =
        world.post("IncomingPhoneNumbers.json", &[("PhoneNumber", LINE), ("VoiceUrl", &voice)]).await;
    assert_eq!((status, number["voice_url"].as_str()), (201, Some(voice.as_str())));
    world.says("/voice", "<Say>Hello.</Say>");
    world.network.dial(responder_sim::DialIn::new(CUSTOMER, LINE)).expect("it is set up");
    let path = format!("IncomingPhoneNumbers/{}.json", number["sid"].as_str().expect("a sid"));
    let (_, changed) = world.post(&path, &[("VoiceUrl", ""), ("SmsUrl", &voice)]).await;
    assert_eq!((changed["voice_url"].as_str(), changed["sms_url"].as_str()), (None, Some(voice.as_str())));
    let (_, list) = world.get("IncomingPhoneNumbers.json", &[("PhoneNumber", LINE)]).await;
    assert_eq!(list["incoming_phone_numbers"][0]["sid"], number["sid"]);
    assert_eq!(world.delete(&path).await, 204);
    assert_eq!(world.get(&path, &[]).await.0, 404);
}

#[tokio::test]
async fn the_account_can_be_fetched() {
    let world = World::new().await;
    let account = format!("{}/2010-04-01/Accounts/{}.json", world.network.url(), world.network.account_sid());
    let client = reqwest::Client::new();
    let answer = client.get(account).basic_auth(world.network.account_sid(), Some(world.network.auth_token())).send();
    let body: Value = answer.await.expect("an answer").json().await.expect("a body");
    assert_eq!((body["status"].as_str(), body["auth_token"].as_str()), (Some("active"), None));
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_noted() {
    let world = World::new().await;
    world.call(TECHNICIAN, "/voice", &[("StatusCallbackEvents", "completed")]).await;
    let trace = world.trace();
    assert!(trace.notices[0].text.contains("StatusCallbackEvents"), "{:?}", trace.notices);
}
