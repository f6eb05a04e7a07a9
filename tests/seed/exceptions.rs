//! Where ours differs on purpose: each sentence that says so, and that it is so. There are no others.

use responder_sim::{Behaviour, CallStatus, DialIn};
use serde_json::{Value, json as value};

use crate::{
    sheet::{Field, Sheet, is, json, told},
    town::{CUSTOMER, OURS, TECHNICIAN, Town, emergency, until},
};

/// The reasons, in the words of the page that lists them (`design/http-api.md`), which fell into eight.
const REASONS: [&str; 8] = [
    "Bad JSON, type or phone: 400/415 (seed 500).",
    "No log file on GET /api/logs: 404 as its README says (its code: 200 with a pseudo entry).",
    "API without a session: 401 JSON (seed 302).",
    "`enabled` is a boolean.",
    "Endpoints need credentials.",
    "Settings are stored all or none.",
    "Bridging to an unanswered call is not a success.",
    "TwiML is escaped.",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_otherwise_is_so_on_purpose() {
    let (town, mut sheet) = (Town::found().await, Sheet::new());
    for reason in REASONS {
        match reason.split([':', ' ']).next().expect("a word") {
            "Bad" => bad_input(&town, &mut sheet).await,
            "No" => no_log(&town, &mut sheet).await,
            "API" => no_session(&town, &mut sheet).await,
            "`enabled`" => a_boolean(&town, &mut sheet).await,
            "Endpoints" => no_credentials(&town, &mut sheet).await,
            "Settings" => all_or_none(&town, &mut sheet).await,
            "Bridging" => no_bridge(&town, &mut sheet).await,
            "TwiML" => escaped(&town, &mut sheet).await,
            other => panic!("nobody looks at {other}"),
        }
    }
    sheet.close(80);
}

/// What the seed answered with 500.
async fn bad_input(town: &Town, sheet: &mut Sheet) {
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
}

async fn no_log(town: &Town, sheet: &mut Sheet) {
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

async fn no_session(town: &Town, sheet: &mut Sheet) {
    for path in ["/api/branch/tuc/status", "/api/branch/tuc/settings", "/api/branch/tuc/recordings", "/api/users"] {
        let answer = told(town.http.get(format!("{}{path}", town.admin_at))).await;
        sheet.look(&format!("{path} without a session"), &answer, &json(401, [("error", Field::Text)]));
    }
    let page = told(town.http.get(format!("{}/", town.admin_at))).await;
    sheet.so("a page still leads to the login", (page.status, page.header("location")) == (302, "/login"), &page);
}

async fn a_boolean(town: &Town, sheet: &mut Sheet) {
    let status = town.user("ada").await.get("/api/branch/tuc/status").await;
    sheet.look("whether it is enabled", &status, &json(200, [("enabled", Field::Flag)]));
}

/// The same requests, past the proxy.
async fn no_credentials(town: &Town, sheet: &mut Sheet) {
    let requests = [
        ("POST", "/webhook", 401),
        ("GET", "/api/logs?all", 401),
        ("DELETE", "/api/logs", 401),
        ("POST", "/resolve_errors", 401),
        ("GET", "/status", 401),
        ("GET", "/debug_firehose?webhook_url=http://127.0.0.1:1", 401),
        ("POST", "/debug_firehose?webhook_url=http://127.0.0.1:1", 401),
        ("POST", "/api/reload_settings", 401),
        ("POST", "/incoming_twilio_call", 403),
        ("POST", "/technician_call_ended?emergency_id=x", 403),
        ("POST", "/transfer_complete?emergency_id=x", 403),
        ("POST", "/conference_status?emergency_id=x", 403),
        ("POST", "/sms_reply", 403),
        ("GET", "/api/status", 200),
    ];
    for (method, path, status) in requests {
        let request = town.http.request(method.parse().expect("a method"), format!("{}{path}", town.at("tuc")));
        sheet.look(&format!("{method} {path} without a token"), &told(request).await, &json(status, []));
    }
    let settings = "/api/internal/branch/tuc/settings";
    let answer = told(town.http.get(format!("{}{settings}", town.admin_at))).await;
    sheet.look("settings without a token", &answer, &json(401, [("TWILIO_AUTH_TOKEN", Field::Missing)]));
    // Whoever has no part in a branch does not learn whether there is one.
    let nobody = town.user("ada").await.add(town, "nobody", &[]).await;
    for branch in ["tuc", "zzz"] {
        let answer = nobody.get(&format!("/api/branch/{branch}/status")).await;
        sheet.look(&format!("{branch} for nobody"), &answer, &json(403, [("error", Field::Text)]));
    }
}

async fn all_or_none(town: &Town, sheet: &mut Sheet) {
    let ada = town.user("ada").await;
    let bo = ada.add(town, "bo", &["perm_tuc_view", "perm_tuc_edit_basic"]).await;
    let shown = async || ada.get("/api/branch/tuc/settings").await.json()["settings"].clone();
    let before = shown().await;
    let mixed = value!({ "enable_call_recording": "true", "TWILIO_PHONE_NUMBER": "+15005550007" });
    let denied = bo.post("/api/branch/tuc/settings", &mixed).await;
    let keys = [("error", Field::Text), ("denied_keys", Field::Is(value!(["TWILIO_PHONE_NUMBER"])))];
    sheet.look("one that is denied", &denied, &json(403, keys));
    sheet.so("and none is stored", shown().await == before, &denied);
    for (name, wrong) in [("call_recording_page_size", "many"), ("a_key_of_my_own", "1")] {
        let mixed = value!({ "enable_call_recording": "true", name: wrong });
        let invalid = ada.post("/api/branch/tuc/settings", &mixed).await;
        sheet.look(
            &format!("{name} that can't be used"),
            &invalid,
            &json(400, [("error", Field::Text), ("invalid", Field::Object)]),
        );
        sheet.so("and none is stored", shown().await == before, &invalid);
    }
}

/// Nobody picks up when the customer is to be connected: the seed said that this was the end.
async fn no_bridge(town: &Town, sheet: &mut Sheet) {
    // Answers the first call, and is busy for all others.
    let accepts = Behaviour::answers_after_seconds(0).pressing(["1"]);
    town.network.set_phone_calls(TECHNICIAN, [accepts, Behaviour::busy()]);
    town.report(&emergency("Zoe")).await;
    let newest = async || town.ask("GET", "/api/emergencies?limit=1").await.json()["emergencies"][0].clone();
    until(async || newest().await["accepted"] == true).await;
    let first = town.network.trace().calls_to(TECHNICIAN).next().expect("a call").sid.clone();
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
async fn escaped(town: &Town, sheet: &mut Sheet) {
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
