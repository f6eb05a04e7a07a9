//! The control API.

use reqwest::Method;
use responder_sim::{CallStatus, Sid, Trace};
use serde_json::{Value, json};

use crate::world::{CUSTOMER, LINE, TECHNICIAN, World, values};

async fn ok(world: &World, method: Method, path: &str, body: Value) -> Value {
    let (status, answer) = world.control(method, path, body).await;
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

#[tokio::test]
async fn a_whole_call_can_be_played_over_http() {
    let world = World::new().await;
    world.says("/voice", r#"<Gather numDigits="1" action="/keys"><Say>Press one.</Say></Gather>"#);
    world.says("/keys", "<Dial>+15005550006</Dial>");
    let number = json!({ "voice_url": world.url("/voice"), "status_callback": world.url("/ended") });
    ok(&world, Method::PUT, &format!("numbers/{LINE}"), number).await;
    let script = json!({ "pickup": { "answer": { "after": 2 } }, "hang_up_talking_after": 30 });
    ok(&world, Method::PUT, &format!("phones/{TECHNICIAN}"), script).await;
    let dialled = ok(&world, Method::POST, "dial", json!({ "from": CUSTOMER, "to": LINE })).await;
    let sid = Sid::from(dialled["call_sid"].as_str().expect("a sid"));
    ok(&world, Method::POST, "clock/advance", json!({ "seconds": 2.5 })).await;
    let pressed = ok(&world, Method::POST, &format!("calls/{sid}/press"), json!({ "keys": "1" })).await;
    assert_eq!(pressed["heard"], true);
    let clock = ok(&world, Method::POST, "clock/advance", json!({ "seconds": 60 })).await;
    assert_eq!((clock["idle"].as_bool(), clock["next_due"].as_str()), (Some(true), None));
    let record = ok(&world, Method::GET, &format!("calls/{sid}"), json!(null)).await;
    assert_eq!(record["status"], "completed");
    assert_eq!(record["talks"][0]["number"], TECHNICIAN);
    assert_eq!(values(&world.seen_at("/ended"), "CallStatus"), ["completed"]);
    let trace: Trace = serde_json::from_value(ok(&world, Method::GET, "trace", json!(null)).await).expect("a trace");
    assert_eq!(trace, world.trace(), "the trace reads back");
    for part in ["calls", "messages", "recordings", "queues", "requests", "notices"] {
        assert!(ok(&world, Method::GET, part, json!(null)).await.is_array(), "{part}");
    }
}

#[tokio::test]
async fn phones_text_speak_and_hang_up() {
    let world = World::new().await;
    world.says("/voice", r#"<Gather input="speech" action="/said" timeout="30"/>"#);
    world.says("/said", "<Pause length='60'/>");
    let number = json!({ "voice_url": world.url("/voice"), "sms_url": world.url("/sms") });
    ok(&world, Method::PUT, &format!("numbers/{LINE}"), number).await;
    ok(&world, Method::POST, "sms", json!({ "from": CUSTOMER, "to": LINE, "body": "Help" })).await;
    let dialled = ok(&world, Method::POST, "dial", json!({ "from": CUSTOMER, "to": LINE })).await;
    let sid = Sid::from(dialled["call_sid"].as_str().expect("a sid"));
    ok(&world, Method::POST, "clock/idle", json!(null)).await;
    let heard = ok(&world, Method::POST, &format!("calls/{sid}/speak"), json!({ "text": "yes" })).await;
    assert_eq!(heard["heard"], true);
    ok(&world, Method::POST, "clock/idle", json!(null)).await;
    ok(&world, Method::POST, &format!("calls/{sid}/hangup"), json!(null)).await;
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
    assert_eq!(values(&world.seen_at("/said"), "SpeechResult"), ["yes"]);
    assert_eq!(values(&world.seen_at("/sms"), "Body"), ["Help"]);
    assert_eq!(world.control(Method::POST, &format!("calls/{sid}/hangup"), json!(null)).await.0, 409);
    assert_eq!(world.control(Method::POST, "calls/CA1/hangup", json!(null)).await.0, 404);
}

#[tokio::test]
async fn scripts_faults_and_numbers_can_be_read_back() {
    let world = World::new().await;
    let scripts = json!([{ "pickup": "busy" }, { "keys": ["1"] }]);
    ok(&world, Method::PUT, &format!("phones/{TECHNICIAN}"), scripts).await;
    ok(&world, Method::PUT, "default-phone", json!({ "pickup": "no_answer" })).await;
    let phones = ok(&world, Method::GET, "phones", json!(null)).await;
    assert_eq!(phones["phones"][TECHNICIAN][0]["pickup"], "busy");
    assert_eq!(phones["phones"][TECHNICIAN][1]["keys"], json!(["1"]));
    assert_eq!(phones["default"]["pickup"], "no_answer");
    let fault = json!({ "on": "rest", "operation": "ListCall", "times": 2, "effect": { "status": { "status": 429 } } });
    ok(&world, Method::POST, "faults", fault).await;
    assert_eq!(world.get("Calls.json", &[]).await.0, 429);
    assert_eq!(ok(&world, Method::GET, "faults", json!(null)).await[0]["times"], 1);
    ok(&world, Method::DELETE, "faults", json!(null)).await;
    assert_eq!(world.get("Calls.json", &[]).await.0, 200);
    ok(&world, Method::PUT, &format!("numbers/{LINE}"), json!({ "voice_url": "http://a/" })).await;
    assert_eq!(ok(&world, Method::GET, "numbers", json!(null)).await[LINE]["voice_url"], "http://a/");
    ok(&world, Method::DELETE, &format!("numbers/{LINE}"), json!(null)).await;
    assert_eq!(world.control(Method::DELETE, &format!("numbers/{LINE}"), json!(null)).await.0, 404);
    assert_eq!(world.control(Method::POST, "dial", json!({ "from": CUSTOMER, "to": LINE })).await.0, 422);
    assert_eq!(world.control(Method::PUT, "default-phone", json!({ "pick_up": "busy" })).await.0, 422, "misspelt");
}

#[tokio::test]
async fn time_can_be_asked_slept_held_and_reset() {
    let world = World::new().await;
    let clock = ok(&world, Method::GET, "clock", json!(null)).await;
    assert_eq!((clock["mode"].as_str(), clock["now"].as_str()), (Some("stepped"), Some("2026-01-01T00:00:00Z")));
    let (slept, ()) = tokio::join!(ok(&world, Method::POST, "clock/sleep", json!({ "seconds": 30 })), async {
        while world.network.next_due().is_none() {
            tokio::task::yield_now().await;
        }
        let next = ok(&world, Method::POST, "clock/advance", json!({})).await;
        assert_eq!(next["now"], "2026-01-01T00:00:30Z", "to the next event");
    });
    assert_eq!(slept["now"], "2026-01-01T00:00:30Z");
    let to = json!({ "to": "2026-01-01T04:00:00Z" });
    assert_eq!(ok(&world, Method::POST, "clock/advance", to).await["now"], "2026-01-01T04:00:00Z");
    assert_eq!(ok(&world, Method::POST, "clock/hold", json!(null)).await["holds"], 1);
    assert_eq!(ok(&world, Method::POST, "clock/release", json!(null)).await["released"], true);
    assert_eq!(ok(&world, Method::POST, "clock/release", json!(null)).await["released"], false);
    ok(&world, Method::POST, "reset", json!(null)).await;
    let health = ok(&world, Method::GET, "health", json!(null)).await;
    assert_eq!(
        (health["status"].as_str(), health["clock"]["now"].as_str()),
        (Some("ok"), Some("2026-01-01T00:00:00Z"))
    );
}
