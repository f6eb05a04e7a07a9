//! What the seed's admin server asks of a branch: its state, to take a report, to fetch its settings.

use serde_json::{Value, json as value};

use crate::{
    sheet::{Field, Sheet, is, json, told},
    town::{OURS, RECIPIENT, TECHNICIAN, Town, emergency, until},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_admin_server_finds_our_branch_as_it_was() {
    let (mut town, mut sheet) = (Town::found().await, Sheet::new());
    let status = town.ask("GET", "/api/status").await;
    sheet.look("a branch that waits", &status, &json(200, [("status", is("Ready")), ("message", Field::Text)]));

    let refused = json(400, [("status", is("error")), ("message", Field::Text)]);
    for body in ["{}", "null", "[]", r#"{"customer_name":"Zoe"}"#, r#"{"chosen_phone":""}"#, r#"{"chosen_phone":null}"#]
    {
        let request = town.to_branch("POST", "/webhook").header("content-type", "application/json").body(body);
        sheet.look(&format!("a report that says {body}"), &told(request).await, &refused);
    }
    let asked = town.ask("GET", "/webhook").await;
    sheet.look("a report by GET", &asked, &json(405, []));
    let allowed: Vec<_> = asked.header("allow").split(',').map(str::trim).collect();
    sheet.so("it says which methods there are", ["OPTIONS", "POST"].iter().all(|one| allowed.contains(one)), &asked);
    sheet.look("the root", &town.ask("GET", "/").await, &json(404, []));

    // It is passed on as it came, with whatever else the page has sent.
    let mut report = emergency("Zoe Example");
    report["triggered_by"] = value!("ada");
    let taken = town.report(&report).await;
    sheet.look("a report", &taken, &json(200, [("status", is("success")), ("message", Field::Text)]));
    let texted = |number: &str| {
        let trace = town.network.trace();
        trace.messages.iter().any(|text| text.to == number && text.body.contains("Zoe Example"))
    };
    until(async || texted(TECHNICIAN) && texted(RECIPIENT)).await;
    until(async || town.network.trace().calls_to(TECHNICIAN).count() == 1).await;
    assert_eq!(town.network.trace().calls_to(TECHNICIAN).next().expect("a call").from, OURS);

    until(async || town.ask("GET", "/api/status").await.json()["status"] == "In Use").await;
    let status = town.ask("GET", "/api/status").await;
    sheet.look("a branch at work", &status, &json(200, [("status", is("In Use")), ("message", Field::Text)]));
    let busy = town.report(&emergency("Zed")).await;
    sheet.look("a second report", &busy, &json(503, [("status", is("error")), ("message", Field::Text)]));
    town.calm().await;

    // Only the phone is needed, and JSON may call itself more than JSON.
    let short =
        town.to_branch("POST", "/webhook").header("content-type", "application/vnd.example+json; charset=utf-8");
    let short = told(short.body(value!({ "chosen_phone": TECHNICIAN }).to_string())).await;
    sheet.look("a report of a phone alone", &short, &json(200, [("status", is("success"))]));
    until(async || town.network.trace().messages.iter().filter(|text| text.to == TECHNICIAN).count() > 1).await;
    town.calm().await;

    let reloaded = json(200, [("status", is("success")), ("message", Field::Text), ("keys", Field::List)]);
    let answer = told(town.to_branch("POST", "/api/reload_settings").json(&value!({}))).await;
    sheet.look("that there are other settings", &answer, &reloaded);
    let keys = answer.json()["keys"].clone();
    let has = |name: &str| keys.as_array().is_some_and(|keys| keys.contains(&Value::from(name)));
    sheet.so("which settings it has", has("RECIPIENT_PHONES") && has("TWILIO_AUTH_TOKEN"), &answer);
    let answer = town.ask("POST", "/api/reload_settings").await;
    sheet.look("the same without a body", &answer, &reloaded);
    town.admin.kill().await;
    let answer = town.ask("POST", "/api/reload_settings").await;
    sheet.look(
        "the same while its settings are away",
        &answer,
        &json(200, [("status", Field::Text), ("message", Field::Text)]),
    );
    let taken = town.report(&emergency("Zoe")).await;
    sheet.look("a report meanwhile", &taken, &json(200, [("status", is("success"))]));
    sheet.close(60);
}
