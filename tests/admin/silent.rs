//! A branch that takes a connection and then says nothing: whoever asked is told so in time, and it is recorded.

use std::time::Duration;

use http::Request;
use responder::access::{AuditAction, Rights};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    common::{rogue::Rogue, town::emergency},
    house::House,
};

#[tokio::test]
async fn a_report_to_a_silent_branch_may_have_been_taken() {
    let waited = nobody_answers("trigger", &emergency("Zed"), AuditAction::EmergencyTriggered).await;
    assert_eq!(waited.as_secs(), 12, "{waited:?}");
}

/// Posting a long log to a slow target takes a while.
#[tokio::test]
async fn a_log_may_have_been_sent_by_a_silent_branch() {
    let wish = json!({ "webhook_url": "https://example.com/log" });
    let waited = nobody_answers("firehose", &wish, AuditAction::LogSent).await;
    assert_eq!(waited.as_secs(), 30, "{waited:?}");
}

/// Asks for something that is never answered; gives how long that took, by a clock that jumps.
async fn nobody_answers(what: &str, wish: &Value, action: AuditAction) -> Duration {
    let rogue = Rogue::open().await;
    let house = House::with_branch_at(&rogue.at);
    let ada = house.person("ada", Rights::Admin).await;
    let ask: Request<String> = ada.post(&format!("/api/branch/tuc/{what}"), wish);
    let begin = Instant::now();
    let (answer, ()) = tokio::join!(house.ask(ask), jump_when_asked(&rogue));
    let waited = begin.elapsed();
    assert_eq!((answer.status, answer.code().as_str()), (504, "branch_timed_out"), "{}", answer.body);
    assert!(answer.body.contains("it may still do it"), "{}", answer.body);
    assert_eq!(rogue.asked(), 1, "it is not asked again: it may have done it");
    let audit = house.audit().await;
    let [failed, tried, ..] = &audit[..] else { panic!("{audit:?}") };
    assert_eq!((tried.entry.action, failed.entry.action), (action, action));
    assert_eq!(tried.entry.after, None, "{tried:?}");
    assert_eq!(failed.entry.after, Some(json!({ "failed": "the branch did not answer in time" })), "{failed:?}");
    waited
}

/// From when the branch has the request nothing happens but that time passes; until then the network takes real time.
async fn jump_when_asked(rogue: &Rogue) {
    while rogue.asked() == 0 {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
}
