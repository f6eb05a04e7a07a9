//! What is done with a branch that is away.

use responder::{
    access::{AuditAction, Permission, Rights},
    store::{Availability, BranchControl},
};
use serde_json::json;

use crate::house::{House, answer_in_json, at, key};

#[tokio::test]
async fn a_branch_that_is_away_shows_as_offline() {
    let house = House::open();
    let bo = house.person("bo", at("tuc", [Permission::View])).await;
    let status = house.ask(bo.get("/api/branch/tuc/status")).await;
    assert_eq!(status.status, 200);
    let status = status.json();
    assert_eq!(
        (&status["online"], &status["status"], &status["enabled"]),
        (&json!(false), &json!("Offline"), &json!(true))
    );
    let list = house.ask(bo.get("/api/branches")).await.json();
    assert_eq!(list["branches"].as_array().map(Vec::len), Some(1), "only those that bo may see");
    let ada = house.person("ada", Rights::Admin).await;
    assert_eq!(house.ask(ada.get("/api/branch/rex/status")).await.code(), "no_such_branch");
}

#[tokio::test]
async fn switching_off_wants_a_plain_yes_and_is_recorded() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let before = house.holding().await;
    for body in [json!({}), json!({ "confirm": false }), json!({ "confirm": "no" }), json!({ "confirm": 1 })] {
        let refused = house.ask(ada.post("/api/branch/tuc/disable", &body)).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "confirmation_required"), "{body}");
    }
    assert_eq!(house.holding().await, before);
    let answer = house.ask(ada.post("/api/branch/tuc/disable", &json!({ "confirm": true }))).await;
    assert_eq!(answer.status, 200);
    assert_eq!((&answer.json()["enabled"], &answer.json()["applied"]), (&json!(false), &json!(false)));
    assert_eq!(house.store.availability(&key("tuc")).await.expect("a store"), Availability::Disabled);
    let recorded = &house.audit().await[0].entry;
    assert_eq!((recorded.action, recorded.branch.clone()), (AuditAction::BranchDisabled, Some(key("tuc"))));
    assert_eq!((recorded.before.clone(), recorded.after.clone()), (Some(json!(true)), Some(json!(false))));
    house.ask(ada.request("POST", "/api/branch/tuc/enable").body(String::new()).expect("a request")).await;
    assert_eq!(house.store.availability(&key("tuc")).await.expect("a store"), Availability::Enabled);
}

#[tokio::test]
async fn what_a_branch_can_not_be_told_is_an_error_and_noted() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let report = json!({
        "chosen_phone": "+15005550001", "customer_name": "Bo", "user_stated_callback_number": "+15005550101",
        "incident_address": "Here", "emergency_description_text": "Water",
    });
    let away = house.ask(ada.post("/api/branch/tuc/trigger", &report)).await;
    assert_eq!((away.status, away.code().as_str()), (503, "branch_unreachable"));
    let recorded = house.audit().await;
    assert_eq!(recorded[0].entry.action, AuditAction::EmergencyTriggered);
    assert!(recorded[0].entry.after.as_ref().is_some_and(|after| after["failed"].is_string()));
    assert_eq!(house.ask(ada.post("/api/branch/poc/trigger", &report)).await.status, 503, "it has no server");

    let mut lacking = report.clone();
    for field in ["emergency_description_text", "chosen_phone"] {
        lacking[field] = json!("");
        let refused = house.ask(ada.post("/api/branch/tuc/trigger", &lacking)).await.json();
        assert_eq!(
            (&refused["field"], refused["message"].as_str()),
            (&json!(field), Some(&*format!("Missing required field: {field}")))
        );
    }
    for path in ["/api/branch/tuc/emergencies", "/api/branch/tuc/logs?all", "/api/branch/tuc/events"] {
        assert_eq!(house.ask(ada.get(path)).await.status, 503, "{path}");
    }
    assert_eq!(house.ask(ada.get("/api/branch/tuc/recordings")).await.code(), "no_account");
}

#[tokio::test]
async fn a_log_that_went_nowhere_is_an_error_and_noted() {
    let house = House::with_branch_that(|_| {
        let results = json!([{ "posted_to": "http://10.0.0.1/", "error": "it is not public" }]);
        answer_in_json(&json!({ "target": "http://10.0.0.1/", "results": results, "timeline_count": 0 }))
    })
    .await;
    let ada = house.person("ada", Rights::Admin).await;
    let answer = house.ask(ada.post("/api/branch/tuc/firehose", &json!({ "webhook_url": "http://10.0.0.1/" }))).await;
    assert_eq!((answer.status, answer.code().as_str()), (502, "not_sent"));
    assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("it is not public")), "{}", answer.body);
    let recorded = house.audit().await;
    assert_eq!(recorded[0].entry.after, Some(json!({ "failed": "it is not public" })));
    assert_eq!(
        (recorded[1].entry.action, recorded[1].entry.subject.as_deref()),
        (AuditAction::LogSent, Some("10.0.0.1"))
    );
}

#[tokio::test]
async fn a_log_that_was_refused_is_not_told_to_have_been_sent() {
    for (status, answers) in [(404, 502), (500, 502), (302, 502), (204, 200), (200, 200)] {
        let house = House::with_branch_that(move |_| {
            let results = json!([{ "posted_to": "https://hooks.example.com/", "status_code": status }]);
            answer_in_json(&json!({ "target": "https://hooks.example.com/", "results": results, "timeline_count": 0 }))
        })
        .await;
        let ada = house.person("ada", Rights::Admin).await;
        let wish = json!({ "webhook_url": "https://hooks.example.com/" });
        let answer = house.ask(ada.post("/api/branch/tuc/firehose", &wish)).await;
        assert_eq!(answer.status, answers, "{status}: {}", answer.body);
        let noted = house.audit().await[0].entry.after.clone();
        let words = format!("it was answered with status {status}");
        assert_eq!(noted, (answers == 502).then(|| json!({ "failed": words })), "{status}");
    }
}

#[tokio::test]
async fn the_audit_names_the_emergency_that_came_of_a_report() {
    let id = "01arz3ndektsv4rrffq69g5fav";
    let house =
        House::with_branch_that(move |_| answer_in_json(&json!({ "status": "success", "emergency_id": id }))).await;
    let ada = house.person("ada", Rights::Admin).await;
    let report = json!({
        "chosen_phone": "+15005550001", "customer_name": "Bo", "user_stated_callback_number": "+15005550101",
        "incident_address": "Here", "emergency_description_text": "Water",
    });
    assert_eq!(house.ask(ada.post("/api/branch/tuc/trigger", &report)).await.status, 200);
    let audit = house.audit().await;
    let about: Vec<_> =
        audit.iter().map(|recorded| (recorded.entry.action, recorded.entry.subject.as_deref())).collect();
    let triggered = AuditAction::EmergencyTriggered;
    assert_eq!(about[..2], [(triggered, Some(id)), (triggered, None)], "before it was reported, too");
}

#[tokio::test]
async fn to_switch_on_what_is_on_is_nothing_that_was_done() {
    let on = json!({ "status": "success", "enabled": true, "revision": 0 });
    let house = House::with_branch_that(move |_| answer_in_json(&on)).await;
    let ada = house.person("ada", Rights::Admin).await;
    let before = house.audit().await;
    let answer = house.ask(ada.request("POST", "/api/branch/tuc/enable").body(String::new()).expect("a request")).await;
    assert_eq!((answer.status, &answer.json()["enabled"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(answer.json()["message"], "Nothing is different from before.");
    assert_eq!(house.audit().await, before);
    assert_eq!(house.asked.load(std::sync::atomic::Ordering::SeqCst), 1, "it is told all the same");
    let off = || ada.post("/api/branch/tuc/disable", &json!({ "confirm": true }));
    assert_eq!((house.ask(off()).await.status, house.ask(off()).await.status), (200, 200));
    assert_eq!(house.audit().await.len(), before.len() + 1);
}
