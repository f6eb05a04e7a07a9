//! What the pages of the seed's dashboard ask of the admin server.

use serde_json::{Value, json as value};

use crate::{
    sheet::{Answer, Field, Sheet, bare, html, is, json, told},
    town::{OURS, Town, User, emergency, until},
};

const TUC: &str = "/api/branch/tuc";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_pages_steer_our_branches_as_they_did() {
    let (mut town, mut sheet) = (Town::found().await, Sheet::new());
    let ada = town.user("ada").await;
    states(&ada, &mut sheet).await;
    switches(&town, &ada, &mut sheet).await;
    triggers(&town, &ada, &mut sheet).await;
    permissions(&town, &ada, &mut sheet).await;
    people(&ada, &mut sheet).await;

    let restart = format!("{TUC}/restart");
    sheet.look("a restart that nobody confirms", &ada.post(&restart, &value!({})).await, &error(400));
    let restarted = ada.post(&restart, &value!({ "confirm": true })).await;
    sheet.look("a restart", &restarted, &json(200, [("success", is(true)), ("message", Field::Text)]));
    let ended = town.branch.ends().await;
    sheet.so("it ends for its supervisor", ended.success(), &restarted);
    let failed = ada.post("/api/branch/rex/restart", &value!({ "confirm": true })).await;
    sheet.look("a restart that fails", &failed, &error(500));
    sheet.close(140);
}

/// What every refusal has.
fn error(status: u16) -> crate::sheet::Wanted {
    json(status, [("error", Field::Text)])
}

async fn states(ada: &User, sheet: &mut Sheet) {
    let state = |online: bool, status: &str| {
        let online = if online { Field::Is(true.into()) } else { Field::Is(false.into()) };
        json(200, [("online", online), ("status", is(status)), ("message", Field::Text), ("enabled", is(true))])
    };
    sheet.look("a branch", &ada.get(&format!("{TUC}/status")).await, &state(true, "Ready"));
    sheet.look("one that makes no sense", &ada.get("/api/branch/poc/status").await, &state(false, "Offline"));
    sheet.look("one that is away", &ada.get("/api/branch/rex/status").await, &state(false, "Offline"));
    for unknown in ["zzz", "TUC", "Tuc"] {
        let answer = ada.get(&format!("/api/branch/{unknown}/status")).await;
        sheet.look(&format!("the branch {unknown}, which is not there"), &answer, &error(404));
    }
}

async fn switches(town: &Town, ada: &User, sheet: &mut Sheet) {
    let (disable, enable) = (format!("{TUC}/disable"), format!("{TUC}/enable"));
    sheet.look("to switch off, unconfirmed", &ada.post(&disable, &value!({})).await, &error(400));
    sheet.look("to switch off, not", &ada.post(&disable, &value!({ "confirm": false })).await, &error(400));
    sheet.look("to switch off without JSON", &told(ada.to("POST", &disable)).await, &error(415));
    let done = json(200, [("success", is(true)), ("message", Field::Text)]);
    sheet.look("to switch off", &ada.post(&disable, &value!({ "confirm": true })).await, &done);
    let refused = town.report(&emergency("Zoe")).await;
    sheet.look("a report meanwhile", &refused, &json(503, [("status", is("error")), ("message", Field::Text)]));
    let refused = ada.post(&format!("{TUC}/trigger"), &emergency("Zoe")).await;
    sheet.look("a trigger meanwhile", &refused, &json(503, [("error", Field::Text), ("status_code", is(503))]));
    let off = ada.get(&format!("{TUC}/status")).await;
    sheet.look("the state meanwhile", &off, &json(200, [("online", is(true)), ("enabled", is(false))]));
    sheet.look("to switch on", &told(ada.to("POST", &enable)).await, &done);
    sheet.look("to switch on with a body", &ada.post(&enable, &value!({})).await, &done);
}

async fn triggers(town: &Town, ada: &User, sheet: &mut Sheet) {
    let trigger = format!("{TUC}/trigger");
    let report = emergency("Zoe Example");
    let fields = [
        "chosen_phone",
        "customer_name",
        "user_stated_callback_number",
        "incident_address",
        "emergency_description_text",
    ];
    // The first that is missing is named.
    let mut lacking = report.clone();
    for field in fields.into_iter().rev() {
        lacking.as_object_mut().expect("an object").remove(field);
        let wanted = json(400, [("error", is(format!("Missing required field: {field}")))]);
        sheet.look(&format!("a trigger without {field}"), &ada.post(&trigger, &lacking).await, &wanted);
    }
    let taken = ada.post(&trigger, &report).await;
    let fields = [("success", is(true)), ("message", Field::Text), ("data/status", is("success"))];
    sheet.look("a trigger", &taken, &json(200, fields));
    let busy = ada.post(&trigger, &report).await;
    sheet.look("a second trigger", &busy, &json(503, [("error", Field::Text), ("status_code", is(503))]));
    until(async || ada.get(&format!("{TUC}/status")).await.json()["status"] == "In Use").await;
    town.calm().await;
    sheet.look("a trigger of a branch that is away", &ada.post("/api/branch/rex/trigger", &report).await, &error(503));
    let senseless = ada.post("/api/branch/poc/trigger", &report).await;
    sheet.look("a trigger of one that makes no sense", &senseless, &error(500));
    let refused = ada.post(&trigger, &with(&report, "chosen_phone", "no number")).await;
    sheet.look("what the branch refuses", &refused, &json(400, [("error", Field::Text), ("status_code", is(400))]));
}

/// Who may do what, by the names that the form has for it.
async fn permissions(town: &Town, ada: &User, sheet: &mut Sheet) {
    type Row = (&'static str, &'static str, &'static str, fn() -> Value);
    let rows: [Row; 7] = [
        ("view", "GET", "status", || Value::Null),
        ("view", "GET", "settings", || Value::Null),
        ("view", "GET", "recordings", || Value::Null),
        ("disable", "POST", "disable", || value!({ "confirm": true })),
        ("disable", "POST", "enable", || value!({})),
        ("trigger", "POST", "trigger", || emergency("Zoe")),
        ("restart", "POST", "restart", || value!({ "confirm": true })),
    ];
    for permission in ["view", "trigger", "disable", "edit_basic", "edit_advanced", "restart"] {
        let ticked = format!("perm_rex_{permission}");
        let user = ada.add(town, &format!("only-{permission}"), &[&ticked]).await;
        for (needed, method, path, body) in rows {
            let request = user.to(method, &format!("/api/branch/rex/{path}"));
            let request = if method == "GET" { request } else { request.json(&body()) };
            let answer = told(request).await;
            let what = format!("{method} {path} with {permission} alone");
            if needed == permission {
                sheet.so(&what, answer.status != 403, &answer);
            } else {
                sheet.look(&what, &answer, &error(403));
            }
        }
        let elsewhere = user.post("/api/branch/tuc/disable", &value!({ "confirm": true })).await;
        sheet.look(&format!("{permission} at another branch"), &elsewhere, &error(403));
    }
    // Settings take a look at them, and what each of them needs.
    for (name, ticked, is_basic, is_advanced) in [
        ("basic-alone", &["perm_rex_edit_basic"][..], false, false),
        ("basic", &["perm_rex_view", "perm_rex_edit_basic"], true, false),
        ("advanced", &["perm_rex_view", "perm_rex_edit_advanced"], false, true),
    ] {
        let user = ada.add(town, name, ticked).await;
        let save = async |body: Value| user.post("/api/branch/rex/settings", &body).await;
        // Another value for each: what stays the same is in nobody's way.
        let texts = save(value!({ "enable_texts": is_basic.to_string() })).await;
        let number = save(value!({ "TWILIO_PHONE_NUMBER": OURS })).await;
        for (kind, answer, may) in [("basic", texts, is_basic), ("advanced", number, is_advanced)] {
            let what = format!("{name} saves a setting that is {kind}");
            let wanted = if may { json(200, [("success", is(true))]) } else { error(403) };
            sheet.look(&what, &answer, &wanted);
        }
        let denied = save(value!({ "enable_google_maps_link": "true" })).await;
        sheet.look(&format!("{name} saves what admins save"), &denied, &error(403));
    }
}

/// Forms of the page of users, and of the one to log in.
async fn people(ada: &User, sheet: &mut Sheet) {
    let back = |sheet: &mut Sheet, what: &str, answer: &Answer| {
        sheet.look(what, answer, &bare(302));
        sheet.so(&format!("{what}: back to all users"), answer.header("location").starts_with("/users"), answer);
    };
    let fields =
        [("username", "bo"), ("password", "a good password"), ("perm_tuc_view", "on"), ("perm_poc_trigger", "on")];
    back(sheet, "a user is added", &ada.form("/users/create", &fields).await);
    back(sheet, "a name is taken", &ada.form("/users/create", &fields).await);
    back(sheet, "a name is missing", &ada.form("/users/create", &[("username", ""), ("password", "")]).await);
    let named = async |name: &str| {
        let all = ada.get("/api/users").await.json();
        all["users"].as_array().into_iter().flatten().find(|user| user["username"] == name).cloned()
    };
    let bo = named("bo").await.unwrap_or_default();
    let path = format!("/users/{}", bo["id"]);
    let edited =
        ada.form(&format!("{path}/edit"), &[("username", "bo"), ("password", ""), ("perm_rex_view", "on")]).await;
    back(sheet, "a user is changed", &edited);
    let permissions = named("bo").await.unwrap_or_default()["permissions"].clone();
    sheet.so("what is ticked replaces all", permissions == value!({ "rex": ["view"] }), &edited);
    back(sheet, "a user is removed", &ada.form(&format!("{path}/delete"), &[]).await);
    sheet.so("and is gone", named("bo").await.is_none(), &edited);
    back(sheet, "nobody is changed", &ada.form("/users/4711/edit", &[("username", "x")]).await);
    back(sheet, "nobody is removed", &ada.form("/users/4711/delete", &[]).await);
    let own = format!("/users/{}/delete", named("ada").await.unwrap_or_default()["id"]);
    back(sheet, "one removes oneself", &ada.form(&own, &[]).await);
    sheet.so("and stays", named("ada").await.is_some(), &edited);

    for page in ["/", "/branch/tuc", "/branch/tuc/settings", "/users", "/login"] {
        sheet.look(&format!("the page {page}"), &ada.get(page).await, &html(200));
    }
    let wrong = ada.form("/login", &[("username", "ada"), ("password", "another password")]).await;
    sheet.look("a wrong password", &wrong, &html(200));
    sheet.so("it says so", wrong.body.contains("wrong") && wrong.header("set-cookie").is_empty(), &wrong);
}

fn with(report: &Value, field: &str, value: &str) -> Value {
    let mut report = report.clone();
    report[field] = value.into();
    report
}
