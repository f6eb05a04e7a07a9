//! What the seed's branch asks of the admin server: its settings, all of them, as texts under names that it knows.

use serde_json::{Map, Value, json as value};

use crate::{
    sheet::{Answer, Field, Sheet, is, json, told},
    town::{OURS, RECIPIENT, Town, User},
};

const SETTINGS: &str = "/api/internal/branch/tuc/settings";

/// All that the seed's dashboard offers.
const KNOWN: [(&str, &str); 16] = [
    ("RECIPIENT_PHONES", RECIPIENT),
    ("RECIPIENT_EMAILS", "office@example.com, desk@example.com"),
    ("enable_auto_call", "true"),
    ("enable_transfer_call", "true"),
    ("enable_emails", "false"),
    ("enable_texts", "true"),
    ("enable_call_recording", "true"),
    ("call_recording_page_size", "15"),
    ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("TWILIO_AUTH_TOKEN", "fedcba9876543210fedcba9876543210"),
    ("TWILIO_PHONE_NUMBER", OURS),
    ("TWILIO_AUTOMATED_NUMBER", "+15005550011"),
    ("TWILIO_TRANSFER_NUMBER", "+15005550012"),
    ("TRANSFER_TARGET_PHONE_NUMBER", "+15005550013"),
    ("DEBUG_WEBHOOK_URL", "https://hooks.example.com/tuc"),
    ("enable_google_maps_link", "true"),
];

/// What the seed's branch makes of its settings.
struct Known(Map<String, Value>);

impl Known {
    /// It asks for everything, and wants an object that is not empty.
    async fn ask(town: &Town) -> (Self, Answer) {
        let answer = told(town.http.get(format!("{}{SETTINGS}", town.admin_by_proxy))).await;
        let known = answer.json().as_object().cloned().unwrap_or_default();
        (Self(known), answer)
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// No other word counts.
    fn is_on(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A JSON list of objects with a number, or numbers apart by commas; a `+` is put in front.
    fn recipients(&self) -> Vec<String> {
        let text = self.text("RECIPIENT_PHONES");
        let numbers: Vec<String> = match serde_json::from_str::<Vec<Map<String, Value>>>(text) {
            Ok(people) => people.iter().filter_map(|one| one["number"].as_str().map(str::to_owned)).collect(),
            Err(_) => text.split(',').map(|number| number.trim().to_owned()).collect(),
        };
        let full = |number: String| if number.starts_with('+') { number } else { format!("+{number}") };
        numbers.into_iter().filter(|number| !number.is_empty()).map(full).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_branch_finds_its_settings_as_they_were() {
    let (town, mut sheet) = (Town::found().await, Sheet::new());
    let ada = town.user("ada").await;
    for (name, setting) in KNOWN {
        let saved = ada.post("/api/branch/tuc/settings", &value!({ name: setting })).await;
        // A transfer needs its target first; these come together below.
        if name != "enable_transfer_call" {
            sheet.look(&format!("{name} is saved"), &saved, &json(200, [("success", is(true))]));
        }
    }
    ada.save("tuc", &value!({ "enable_transfer_call": "true" })).await;
    let (known, answer) = Known::ask(&town).await;
    sheet.look("its settings", &answer, &json(200, []));
    sheet.so("all are texts", known.0.values().all(Value::is_string), &answer);
    for (name, setting) in
        KNOWN.into_iter().filter(|(name, _)| !matches!(*name, "RECIPIENT_PHONES" | "RECIPIENT_EMAILS"))
    {
        sheet.so(&format!("{name} is what was saved, unmasked"), known.text(name) == setting, &answer);
    }
    let mails: Vec<_> = known.text("RECIPIENT_EMAILS").split(',').map(str::trim).collect();
    sheet.so("mail addresses apart by commas", mails == ["office@example.com", "desk@example.com"], &answer);
    for (name, setting) in [("enable_transfer_call", true), ("enable_emails", false)] {
        ada.save("tuc", &value!({ name: setting })).await;
        let (known, answer) = Known::ask(&town).await;
        sheet.so(&format!("{name} is {setting}, as a word"), known.is_on(name) == setting, &answer);
    }
    recipients(&town, &ada, &mut sheet).await;

    let nobody = told(town.http.get(format!("{}/api/internal/branch/TUC/settings", town.admin_by_proxy))).await;
    sheet.so("a branch that is not there", matches!(nobody.status, 401 | 404), &nobody);
    sheet.close(50);
}

/// In both formats, whatever they were entered as.
async fn recipients(town: &Town, ada: &User, sheet: &mut Sheet) {
    let two = ["+15005550009", "+15005550008"];
    let lists = [
        value!("+15005550009,+15005550008"),
        value!("15005550009, 15005550008"),
        value!(r#"[{"name":"Office","number":"+15005550009"},{"name":"Desk","number":"15005550008"}]"#),
        value!([{ "name": "Office", "number": "+15005550009" }, { "name": "Desk", "number": "+15005550008" }]),
    ];
    for list in lists {
        ada.save("tuc", &value!({ "RECIPIENT_PHONES": "+15005550010" })).await;
        ada.save("tuc", &value!({ "RECIPIENT_PHONES": list })).await;
        let (known, answer) = Known::ask(town).await;
        sheet.so(&format!("recipients that were entered as {list}"), known.recipients() == two, &answer);
        let shown = ada.get("/api/branch/tuc/settings").await;
        sheet.look("and are shown", &shown, &json(200, [("settings/RECIPIENT_PHONES", Field::Text)]));
    }
}
