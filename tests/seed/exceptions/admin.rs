//! At the admin server.

use serde_json::json as value;

use crate::{
    sheet::{Field, Sheet, html, json, told},
    town::Town,
};

pub(super) async fn no_session(town: &Town, sheet: &mut Sheet) {
    for path in ["/api/branch/tuc/status", "/api/branch/tuc/settings", "/api/branch/tuc/recordings", "/api/users"] {
        let answer = told(town.http.get(format!("{}{path}", town.admin_at))).await;
        sheet.look(&format!("{path} without a session"), &answer, &json(401, [("error", Field::Text)]));
    }
    let page = told(town.http.get(format!("{}/", town.admin_at))).await;
    sheet.so("a page still leads to the login", (page.status, page.header("location")) == (302, "/login"), &page);
}

pub(super) async fn a_boolean(town: &Town, sheet: &mut Sheet) {
    let status = town.user("ada").await.get("/api/branch/tuc/status").await;
    sheet.look("whether it is enabled", &status, &json(200, [("enabled", Field::Flag)]));
}

/// The same requests, past the proxy.
pub(super) async fn no_credentials(town: &Town, sheet: &mut Sheet) {
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

/// A person is told where they are, and why there is nothing.
pub(super) async fn pages(town: &Town, sheet: &mut Sheet) {
    let ada = town.user("ada").await;
    sheet.look("the page of an unknown branch", &ada.get("/branch/zzz").await, &html(404));
    let cy = ada.add(town, "cy", &["perm_tuc_view"]).await;
    sheet.look("the page of users for somebody else", &cy.get("/users").await, &html(403));
}

pub(super) async fn all_or_none(town: &Town, sheet: &mut Sheet) {
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

/// A page sends all that it shows.
pub(super) async fn unchanged(town: &Town, sheet: &mut Sheet) {
    let ada = town.user("ada").await;
    let di = ada.add(town, "di", &["perm_tuc_view", "perm_tuc_edit_basic"]).await;
    let number = ada.get("/api/branch/tuc/settings").await.json()["settings"]["TWILIO_PHONE_NUMBER"].clone();
    let all = value!({ "enable_call_recording": "true", "TWILIO_PHONE_NUMBER": number });
    let saved = di.post("/api/branch/tuc/settings", &all).await;
    let wanted = [("success", Field::Is(true.into())), ("changed", Field::Is(value!(["enable_call_recording"])))];
    sheet.look("one that is as it was", &saved, &json(200, wanted));
}

pub(super) async fn event_address(town: &Town, sheet: &mut Sheet) {
    let (ada, url) = (town.user("ada").await, "https://hooks.example.com/T0/abc");
    ada.save("tuc", &value!({ "DEBUG_WEBHOOK_URL": url })).await;
    let shown = ada.get("/api/branch/tuc/settings").await;
    let masked = [("settings/DEBUG_WEBHOOK_URL", Field::Is("https://hooks.example.com/***".into()))];
    sheet.look("the address for events", &shown, &json(200, masked));
    ada.save("tuc", &value!({ "DEBUG_WEBHOOK_URL": "" })).await;
}
