//! At a branch.

use responder::Timestamp;
use responder_sim::{Behaviour, CallStatus, DialIn, Fault, HookKind, RestEffect};
use serde_json::{Value, json as value};

use crate::{
    sheet::{Field, Sheet, is, json, told},
    town::{CUSTOMER, OURS, TECHNICIAN, Town, emergency, until},
};

/// What the seed answered with 500.
pub(super) async fn bad_input(town: &Town, sheet: &mut Sheet) {
    let wanted = |status| json(status, [("status", is("error")), ("code", Field::Text), ("message", Field::Text)]);
    let phones = [value!("15005550001"), value!("5005550001x"), value!(15_005_550_001_u64), value!([]), value!("+1")];
    for phone in phones {
        let answer = town.report(&value!({ "chosen_phone": phone })).await;
        sheet.look(&format!("the phone {phone}"), &answer, &wanted(400));
    }
    let sent = [
        ("application/json", "", 400),
        ("application/json", "{", 400),
        ("application/json", "\"text\"", 400),
        ("application/json", "[1]", 400),
        ("text/plain", "{\"chosen_phone\":\"+15005550001\"}", 415),
        ("application/x-www-form-urlencoded", "chosen_phone=%2B15005550001", 415),
    ];
    for (media, body, status) in sent {
        let request = town.to_branch("POST", "/webhook").header("content-type", media).body(body);
        sheet.look(&format!("{body:?} as {media}"), &told(request).await, &wanted(status));
    }
    let ada = town.user("ada").await;
    for query in ["page_size=x", "page_size=0"] {
        let answer = ada.get(&format!("/api/branch/tuc/recordings?{query}")).await;
        sheet.look(&format!("recordings with {query}"), &answer, &json(400, [("error", Field::Text)]));
    }
    // Python read that as 10.
    sheet.look("a count with a line in it", &town.ask("GET", "/api/logs?recent=1_0").await, &wanted(400));
    town.report(&emergency("Zoe")).await;
    let busy = town.to_branch("POST", "/webhook").header("content-type", "application/json").body("{");
    sheet.look("bad JSON while the branch is busy", &told(busy).await, &wanted(400));
    town.calm().await;
}

pub(super) async fn no_log(town: &Town, sheet: &mut Sheet) {
    town.lose_log().await;
    for query in ["all", "recent=5"] {
        let answer = town.ask("GET", &format!("/api/logs?{query}")).await;
        sheet.look(
            &format!("no log for ?{query}"),
            &answer,
            &json(404, [("message", Field::Text), ("logs", Field::Missing)]),
        );
    }
}

pub(super) async fn log_times(town: &Town, sheet: &mut Sheet) {
    town.report(&emergency("Zoe")).await;
    until(async || town.ask("GET", "/api/logs?recent=1").await.status == 200).await;
    let answer = town.ask("GET", "/api/logs?recent=1").await;
    let time = answer.json()["logs"][0]["raw_timestamp"].as_str().map(str::to_owned).unwrap_or_default();
    let is_rfc_3339 = time.parse::<Timestamp>().is_ok() && time.as_bytes().get(10) == Some(&b'T');
    sheet.so("a time of the log is RFC 3339", is_rfc_3339, &answer);
    town.calm().await;
}

pub(super) async fn stored_first(town: &Town, sheet: &mut Sheet) {
    town.network.add_fault(Fault::rest("CreateCall", RestEffect::status(503)));
    let before = town.network.trace().calls_to(TECHNICIAN).count();
    let answer = town.report(&emergency("Zoe")).await;
    sheet.look("a report whose first call is refused", &answer, &json(200, [("status", is("success"))]));
    until(async || town.network.trace().calls_to(TECHNICIAN).count() > before).await;
    town.network.clear_faults();
    town.calm().await;
}

pub(super) async fn callbacks(town: &Town, sheet: &mut Sheet) {
    let answer = town.report(&emergency("Zoe")).await;
    let called_back = || {
        let trace = town.network.trace();
        trace.webhooks(HookKind::CallStatus).map(|hook| hook.status).collect::<Vec<_>>()
    };
    town.calm().await;
    until(async || called_back().iter().any(Option::is_some)).await;
    let are_empty = called_back().iter().flatten().all(|status| *status == 204);
    sheet.so("callbacks are answered with 204", are_empty, &answer);
}

/// Nobody picks up when the customer is to be connected: the seed said that this was the end.
pub(super) async fn no_bridge(town: &Town, sheet: &mut Sheet) {
    // Answers the first call, and is busy for all others.
    let accepts = Behaviour::answers_after_seconds(0).pressing(["1"]);
    town.network.set_phone_calls(TECHNICIAN, [accepts, Behaviour::busy()]);
    town.report(&emergency("Zoe")).await;
    let newest = async || town.ask("GET", "/api/emergencies?limit=1").await.json()["emergencies"][0].clone();
    until(async || newest().await["accepted"] == true).await;
    let first = town.network.trace().calls_to(TECHNICIAN).last().expect("a call").sid.clone();
    town.network.hang_up(&first).ok();
    let call = town.network.dial(DialIn::new(CUSTOMER, OURS)).expect("a call");
    let is_busy = |call: &&responder_sim::CallRecord| call.status == CallStatus::Busy;
    until(async || town.network.trace().calls_to(TECHNICIAN).any(|call| is_busy(&call))).await;
    let answer = town.ask("GET", "/api/emergencies?limit=1").await;
    let emergency = &answer.json()["emergencies"][0];
    let goes_on = emergency["phase"] != "concluded" && emergency["outcome"] == Value::Null;
    sheet.so("an emergency whose technician is busy goes on", goes_on, &answer);
    let holds = town.network.call(&call).is_some_and(|call| call.ended.is_none());
    sheet.so("and its customer is still there", holds, &answer);
    town.network.hang_up(&call).expect("it runs");
    town.calm().await;
}

/// What people write is no markup: the seed's document could not be read, or did what they wrote.
pub(super) async fn escaped(town: &Town, sheet: &mut Sheet) {
    let heard = Behaviour::answers_after_seconds(0);
    town.network.set_phone(TECHNICIAN, heard);
    let name = "Zoe & Sons </Say><Dial>+15005550666</Dial><Say>";
    let mut report = emergency(name);
    report["incident_address"] = name.into();
    report["emergency_description_text"] = name.into();
    let answer = town.report(&report).await;
    let said = |part: &str| town.network.trace().calls_to(TECHNICIAN).any(|call| call.heard_text(part));
    until(async || said("Sons")).await;
    let trace = town.network.trace();
    sheet.so("it is spoken", said("Zoe"), &answer);
    sheet.so("nobody else is called", trace.calls_to("+15005550666").count() == 0, &answer);
    town.network.set_phone(TECHNICIAN, Behaviour::no_answer());
    town.calm().await;
}
