//! The way back from a stored setting to what the environment says, by a plain form.

use responder::access::{AuditAction, Permission, Rights};
use serde_json::{Value, json};

use crate::house::{Answer, House, Person, at};

const SETTINGS: &str = "/api/branch/tuc/settings";
const PAGE: &str = "/branch/tuc/settings";
const RESET: &str = "/branch/tuc/settings/reset";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A branch whose every setting that it needs is stored.
async fn settled() -> (House, Person) {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let stored = json!({
        "RECIPIENT_PHONES": "Ada <+15005550001>", "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
        "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_PHONE_NUMBER": "+15005550006", "hold_limit_seconds": 60,
    });
    let saved = house.ask(ada.post(SETTINGS, &stored)).await;
    assert_eq!((saved.status, &saved.json()["incomplete"]), (200, &Value::Null), "{}", saved.body);
    (house, ada)
}

async fn reset(house: &House, person: &Person, setting: &str, revision: &str) -> Answer {
    house.ask(person.form(RESET, &[("setting", setting), ("revision", revision)])).await
}

/// What the page says at a setting.
fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let from = page.split(&format!("data-field=\"{name}\"")).nth(1).expect("a field");
    from.split("data-field=").next().expect("one")
}

#[tokio::test]
async fn a_stored_setting_goes_back_to_the_environment_by_a_form() {
    let (house, ada) = settled().await;
    let page = house.ask(ada.get(PAGE)).await.body;
    let phones = field(&page, "RECIPIENT_PHONES");
    for part in [
        "Set here.",
        "Use the environment’s value",
        "admin server counts: <b>Office +15005550009</b>",
        "form=\"reset\"",
    ] {
        assert!(phones.contains(part), "{part}: {phones}");
    }
    assert!(field(&page, "hold_limit_seconds").contains("Then the default counts: "));
    assert!(field(&page, "TWILIO_AUTH_TOKEN").contains("Then it is not set.") && !page.contains(TOKEN));
    assert!(!field(&page, "company_name").contains("form=\"reset\""), "nothing is stored of it");

    let back = reset(&house, &ada, "RECIPIENT_PHONES", "1").await;
    let to = back.header("location").strip_prefix("/dashboard").expect("a page of ours").to_owned();
    assert_eq!((back.status, to.split_once('?').map(|(path, _)| path)), (302, Some(PAGE)), "{}", back.body);
    let page = house.ask(ada.get(&to)).await.body;
    assert!(page.contains("“Recipient phones” is no longer set here. What the environment says counts again"), "{to}");
    let phones = field(&page, "RECIPIENT_PHONES");
    assert!(phones.contains("From the environment of the admin server.") && !phones.contains("form=\"reset\""));
    assert_eq!(house.ask(ada.get(SETTINGS)).await.json()["settings"]["RECIPIENT_PHONES"], "Office <+15005550009>");
    let recorded = &house.audit().await[0].entry;
    assert_eq!((recorded.action, recorded.actor.name.as_str()), (AuditAction::SettingsChanged, "ada"));
    let people = r#"[{"name":"Ada","number":"+15005550001"}]"#;
    assert_eq!(recorded.before, Some(json!({ "RECIPIENT_PHONES": people })));
    assert_eq!(recorded.after, Some(json!({ "RECIPIENT_PHONES": "Office <+15005550009>" })));
}

#[tokio::test]
async fn nothing_goes_back_that_may_not_or_would_stop_the_branch() {
    let (house, ada) = settled().await;
    let bo = house.person("bo", at("tuc", [Permission::View, Permission::EditBasic])).await;
    let before = (house.ask(ada.get(SETTINGS)).await.body, house.audit().await);
    let page = house.ask(bo.get(PAGE)).await.body;
    assert!(field(&page, "RECIPIENT_PHONES").contains("form=\"reset\""));
    assert!(!field(&page, "TWILIO_PHONE_NUMBER").contains("form=\"reset\""));
    let refused = [
        (&bo, "TWILIO_PHONE_NUMBER", 403, "You may not change this setting."),
        (&ada, "NO_SUCH_SETTING", 400, "There is no such setting."),
        (&ada, "", 400, "There is no such setting."),
        (&ada, "TWILIO_PHONE_NUMBER", 400, "No setting was changed: “Number that customers call”"),
    ];
    for (person, setting, status, words) in refused {
        let answer = reset(&house, person, setting, "1").await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"), "{setting}");
        assert!(answer.body.contains(words), "{setting}: {}", answer.body);
    }
    // Somebody was faster, and what they stored is not what was looked at.
    let late = reset(&house, &ada, "RECIPIENT_PHONES", "0").await;
    assert_eq!(late.header("location"), "/dashboard/branch/tuc/settings?said=settings_changed");
    assert!(house.ask(ada.get(&format!("{PAGE}?said=settings_changed"))).await.body.contains("Somebody else"));
    let same = reset(&house, &ada, "company_name", "1").await;
    assert_eq!(same.header("location"), "/dashboard/branch/tuc/settings?said=setting_same");
    assert_eq!((house.ask(ada.get(SETTINGS)).await.body, house.audit().await), before);
}
