//! Settings: shown, changed as a whole, kept sealed.

use responder::{
    access::{AuditAction, Permission, Rights},
    store::{SettingsStore, StoredValue},
};
use serde_json::{Value, json};

use crate::house::{House, Person, at, key};

const SETTINGS: &str = "/api/branch/tuc/settings";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn shown(house: &House, person: &Person) -> Value {
    house.ask(person.get(SETTINGS)).await.json()["settings"].clone()
}

#[tokio::test]
async fn secrets_are_masked_sealed_and_kept_when_left_empty() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let saved = house
        .ask(ada.post(SETTINGS, &json!({ "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_PHONE_NUMBER": "5005550006" })))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    assert_eq!(saved.json()["changed"], json!(["TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER"]));
    assert_eq!(saved.json()["applied"], false, "the branch is away");
    let now = shown(&house, &ada).await;
    assert_eq!((&now["TWILIO_AUTH_TOKEN"], &now["TWILIO_PHONE_NUMBER"]), (&json!("***cdef"), &json!("+15005550006")));
    assert_eq!(now["RECIPIENT_PHONES"], "Office <+15005550009>", "of the environment");

    let kept = house.store.settings(&key("tuc")).await.expect("a store");
    let StoredValue::Sealed(sealed) = &kept.values["TWILIO_AUTH_TOKEN"] else { panic!("a secret lies open") };
    assert!(!sealed.text.contains("0123"));
    for same in ["", "  ", "***cdef"] {
        let saved = house.ask(ada.post(SETTINGS, &json!({ "TWILIO_AUTH_TOKEN": same }))).await;
        assert_eq!(saved.json()["changed"], json!([]), "{same:?}");
    }
    let request = http::Request::get("/api/internal/branch/tuc/settings").header("authorization", "Bearer tuc-token");
    let told = house.ask(request.body(String::new()).expect("a request")).await;
    assert_eq!(told.json()["TWILIO_AUTH_TOKEN"], TOKEN, "the branch gets all of it");
    assert_eq!((told.header("x-branch-enabled"), told.header("x-settings-revision")), ("true", "1"));
    for recorded in house.audit().await {
        assert!(!serde_json::to_string(&recorded.entry).expect("JSON").contains(TOKEN), "a secret is recorded");
    }
}

#[tokio::test]
async fn one_denied_or_invalid_key_and_none_is_stored() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let bo = house.person("bo", at("tuc", [Permission::View, Permission::EditBasic])).await;
    house.ask(ada.post(SETTINGS, &json!({ "TWILIO_PHONE_NUMBER": "+15005550006" }))).await;
    let before = house.holding().await;

    let both = json!({ "enable_call_recording": true, "TWILIO_PHONE_NUMBER": "+15005550007" });
    let denied = house.ask(bo.post(SETTINGS, &both)).await;
    assert_eq!((denied.status, &denied.json()["denied_keys"]), (403, &json!(["TWILIO_PHONE_NUMBER"])));
    let wrong = json!({ "enable_call_recording": true, "ring_timeout_seconds": "soon", "nonsense": 1 });
    let invalid = house.ask(ada.post(SETTINGS, &wrong)).await;
    assert_eq!((invalid.status, invalid.code().as_str()), (400, "invalid"));
    let invalid: Vec<_> = invalid.json()["invalid"].as_object().expect("keys").keys().cloned().collect();
    assert_eq!(invalid, ["nonsense", "ring_timeout_seconds"]);
    // Each is right by itself.
    let together = json!({ "enable_texts": false, "enable_auto_call": false });
    assert_eq!(house.ask(ada.post(SETTINGS, &together)).await.status, 400);
    let ourselves = json!({ "ESCALATION_PHONES": ["+15005550006"] });
    assert_eq!(house.ask(ada.post(SETTINGS, &ourselves)).await.status, 400, "we never call ourselves");
    assert_eq!(house.holding().await, before);

    let allowed = house.ask(bo.post(SETTINGS, &json!({ "enable_call_recording": true }))).await;
    assert_eq!((allowed.status, &allowed.json()["changed"]), (200, &json!(["enable_call_recording"])));
    let recorded = &house.audit().await[0].entry;
    assert_eq!((recorded.action, recorded.actor.name.as_str()), (AuditAction::SettingsChanged, "bo"));
    assert_eq!(recorded.before, Some(json!({ "enable_call_recording": null })));
    assert_eq!(recorded.after, Some(json!({ "enable_call_recording": "true" })));
}

#[tokio::test]
async fn phone_lists_are_taken_in_both_formats() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let kept = r#"[{"name":"Ada","number":"+15005550001"},{"number":"+15005550002"}]"#;
    for list in [
        json!("Ada <+15005550001>, 500 555 0002"),
        json!([{ "name": "Ada", "number": "15005550001" }, "+15005550002"]),
        json!(kept),
    ] {
        house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_PHONES": null }))).await;
        let saved = house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_PHONES": list }))).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert_eq!(shown(&house, &ada).await["RECIPIENT_PHONES"], kept);
    }
}

#[tokio::test]
async fn whoever_says_what_they_saw_overwrites_nothing() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let save = |revision: &str, name: &str| {
        let mut request = ada.post(SETTINGS, &json!({ "company_name": name }));
        request.headers_mut().insert("if-match", format!("\"{revision}\"").parse().expect("a header"));
        request
    };
    assert_eq!(house.ask(save("0", "One")).await.status, 200);
    let late = house.ask(save("0", "Two")).await;
    assert_eq!((late.status, late.code().as_str()), (409, "settings_changed"));
    assert_eq!(house.ask(save("1", "Two")).await.status, 200);
}

/// Whoever is taken off a list is not called any more, also where the environment names them.
#[tokio::test]
async fn what_is_emptied_stays_empty_though_the_environment_has_it() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let told = async || {
        let request =
            http::Request::get("/api/internal/branch/tuc/settings").header("authorization", "Bearer tuc-token");
        house.ask(request.body(String::new()).expect("a request")).await.json()
    };
    house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_EMAILS": "office@example.com" }))).await;
    let saved = house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_PHONES": [], "RECIPIENT_EMAILS": " " }))).await;
    assert_eq!(saved.json()["changed"], json!(["RECIPIENT_EMAILS", "RECIPIENT_PHONES"]), "{}", saved.body);
    let now = house.ask(ada.get(SETTINGS)).await.json();
    assert_eq!(now["settings"].get("RECIPIENT_PHONES"), None, "nobody: {now}");
    assert_eq!((&told().await["RECIPIENT_PHONES"], &told().await["RECIPIENT_EMAILS"]), (&json!(""), &json!("")));
    let page = house.ask(ada.get("/branch/tuc/settings")).await.body;
    assert_eq!(page.matches("Emptied here").count(), 1, "of the other the environment has nothing");
    assert!(!page.contains("value=\"Office\""), "{page}");
    assert_eq!(house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_PHONES": [] }))).await.json()["changed"], json!([]));

    let back = house.ask(ada.post(SETTINGS, &json!({ "RECIPIENT_PHONES": null }))).await.json();
    let words = back["message"].as_str().unwrap_or_default();
    assert!(words.ends_with("From the environment of the admin server comes again: RECIPIENT_PHONES."), "{words}");
    assert_eq!(shown(&house, &ada).await["RECIPIENT_PHONES"], "Office <+15005550009>");
}

/// Who knows the path of such an address may post there: it is told to its branch alone.
#[tokio::test]
async fn of_the_address_for_events_only_the_host_is_shown_and_it_is_kept_sealed() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let bo = house.person("bo", at("tuc", [Permission::View])).await;
    let name = "DEBUG_WEBHOOK_URL";
    let url = "https://hooks.example.com/T0/fedcba98";
    let saved = house.ask(ada.post(SETTINGS, &json!({ name: url }))).await;
    assert_eq!(saved.json()["changed"], json!([name]), "{}", saved.body);
    assert_eq!(shown(&house, &bo).await[name], "https://hooks.example.com/***");
    for path in [SETTINGS, "/branch/tuc/settings"] {
        assert!(!house.ask(bo.get(path)).await.body.contains("fedcba98"), "{path}");
    }
    for path in ["/api/audit", "/audit"] {
        let recorded = house.ask(ada.get(path)).await.body;
        assert!(recorded.contains("hooks.example.com") && !recorded.contains("fedcba98"), "{recorded}");
    }
    let kept = house.store.settings(&key("tuc")).await.expect("a store");
    assert!(matches!(kept.values[name], StoredValue::Sealed(_)));
    // What is shown, sent back, changes nothing; a blank address is nothing, as it has always been.
    let same = house.ask(ada.post(SETTINGS, &json!({ name: "https://hooks.example.com/***" }))).await;
    assert_eq!(same.json()["changed"], json!([]), "{}", same.body);
    house.ask(ada.post(SETTINGS, &json!({ name: "" }))).await;
    assert_eq!(shown(&house, &ada).await.get(name), None);
}
