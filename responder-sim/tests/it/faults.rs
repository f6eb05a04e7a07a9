//! Things that go wrong on purpose.

use responder_sim::{CallStatus, Fault, HookKind, RestEffect, WebhookEffect};
use std::time::Duration;

use crate::world::{LINE, TECHNICIAN, World, values};

fn call_fields(url: &str) -> [(&str, &str); 3] {
    [("To", TECHNICIAN), ("From", LINE), ("Url", url)]
}

#[tokio::test]
async fn a_refused_request_is_not_processed() {
    let world = World::new().await;
    let url = world.url("/voice");
    let limited = RestEffect::Status { status: 429, code: None, retry_after: Some(3) };
    world.network.add_fault(Fault::rest("CreateCall", limited));
    world.network.add_fault(Fault::any_rest(RestEffect::status(503)));
    let answer = world.request(reqwest::Method::POST, "Calls.json").form(&call_fields(&url)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().ok()), (429, Some("3")));
    let body: serde_json::Value = answer.json().await.expect("a body");
    assert_eq!((body["code"].as_u64(), body["status"].as_u64()), (Some(20429), Some(429)));
    assert_eq!(world.get("Calls.json", &[]).await.0, 503, "any operation");
    assert_eq!(world.post("Calls.json", &call_fields(&url)).await.0, 201, "the rules are used up");
    assert_eq!(world.trace().calls.len(), 1);
}

#[tokio::test]
async fn a_cut_connection_leaves_the_outcome_open() {
    for (effect, calls) in [(RestEffect::CutBefore, 0), (RestEffect::CutAfter, 1)] {
        let world = World::new().await;
        world.network.add_fault(Fault::rest("CreateCall", effect));
        let url = world.url("/voice");
        let answer = world.request(reqwest::Method::POST, "Calls.json").form(&call_fields(&url)).send().await;
        assert!(answer.is_err(), "there is no answer");
        assert_eq!(world.trace().calls.len(), calls);
        let (_, body) = world.get("Calls.json", &[("To", TECHNICIAN)]).await;
        assert_eq!(body["calls"].as_array().map(Vec::len), Some(calls), "the client can look it up");
    }
}

#[tokio::test]
async fn an_error_can_come_after_the_deed() {
    let world = World::new().await;
    world.network.add_fault(Fault::rest("CreateCall", RestEffect::StatusAfter(500)));
    let url = world.url("/voice");
    assert_eq!(world.post("Calls.json", &call_fields(&url)).await.0, 500);
    assert_eq!(world.trace().calls.len(), 1);
}

#[tokio::test]
async fn a_late_answer_takes_the_networks_time() {
    let world = World::new().await;
    world.network.add_fault(Fault::rest("ListCall", RestEffect::Delay(Duration::from_secs(20))));
    let early = world.network.now();
    let (answer, ()) = tokio::join!(world.get("Calls.json", &[]), async {
        world.network.until(|trace| !trace.requests.is_empty()).await;
        world.pass(25).await;
    });
    assert_eq!(answer.0, 200);
    let record = world.trace().requests[0].clone();
    assert_eq!(record.ended.expect("over").since(early), Duration::from_secs(20));
    assert!(record.fault.is_some());
}

#[tokio::test]
async fn callbacks_are_lost_doubled_late_or_forged() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='10'/>");
    let status = world.url("/status");
    let more: Vec<_> = ["initiated", "ringing", "answered", "completed"]
        .map(|event| ("StatusCallbackEvent", event))
        .into_iter()
        .chain([("StatusCallback", status.as_str())])
        .collect();
    let fault = |effect, status: &str| Fault::webhook(HookKind::CallStatus, effect).with_field("CallStatus", status);
    world.network.add_fault(fault(WebhookEffect::Lose, "initiated"));
    world.network.add_fault(fault(WebhookEffect::Delay(Duration::from_secs(60)), "ringing"));
    world.network.add_fault(fault(WebhookEffect::Double, "in-progress"));
    world.network.add_fault(fault(WebhookEffect::WrongSignature, "completed"));
    world.call(TECHNICIAN, "/voice", &more).await;
    world.pass(120).await;
    let seen = world.seen_at("/status");
    assert_eq!(values(&seen, "CallStatus"), ["in-progress", "in-progress", "completed", "ringing"]);
    let token = |index: usize| seen[index].header("i-twilio-idempotency-token");
    assert_eq!(token(0), token(1));
    assert_eq!(seen.iter().map(|seen| seen.signed).collect::<Vec<_>>(), [true, true, false, true]);
}

#[tokio::test]
async fn a_lost_document_counts_as_no_connection() {
    let world = World::new().await;
    world.says("/voice", "<Say>Hello.</Say>");
    world.says("/fallback", "<Say>Fallback.</Say>");
    world.network.add_fault(Fault::webhook(HookKind::Voice, WebhookEffect::Lose));
    let fallback = world.url("/fallback");
    let sid = world.call(TECHNICIAN, "/voice", &[("FallbackUrl", &fallback)]).await;
    world.pass(20).await;
    assert_eq!(values(&world.seen_at("/fallback"), "ErrorCode"), ["11205"]);
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
    assert!(world.record(&sid).heard_text("fallback"));
}
