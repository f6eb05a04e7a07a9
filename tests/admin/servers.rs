//! The admin server and a branch, as processes: what is done there counts here.

use serde_json::{Value, json};

use crate::common::{
    patience::until,
    process::Process,
    town::{TECHNICIAN, Town, emergency},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_obeys_its_admin_server_and_works_without_it() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let mut branch = town.branch("tuc").await;

    let status = ada.get("status").await.1;
    assert_eq!((&status["online"], &status["status"]), (&json!(true), &json!("Ready")), "{status}");

    // Off: whoever has the answer is refused at the intake; on: it takes reports again.
    let (code, answer) = ada.post("disable", &json!({ "confirm": true })).await;
    assert_eq!((code, &answer["applied"]), (200, &json!(true)), "{answer}");
    let (code, refused) = town.report("tuc").await;
    assert_eq!((code, &refused["code"]), (503, &json!("disabled")));
    // The public status may be half a second old.
    until(async || ada.get("status").await.1["status"] == "Disabled").await;
    let (code, passed_on) = ada.post("trigger", &emergency("One")).await;
    assert_eq!((code, &passed_on["status_code"], &passed_on["code"]), (503, &json!(503), &json!("disabled")));
    ada.post("enable", &json!({})).await;

    let (code, first) = ada.post("trigger", &emergency("One")).await;
    assert_eq!((code, &first["success"]), (200, &json!(true)), "{first}");
    let (code, busy) = ada.post("trigger", &emergency("Two")).await;
    assert_eq!((code, &busy["code"]), (503, &json!("busy")), "the limit is one");
    // A setting counts while the branch is at work.
    ada.save(&json!({ "max_active_emergencies": 2, "enable_auto_call": false, "RECIPIENT_PHONES": "+15005550008" }))
        .await;
    let calls = town.network.trace().calls_to(TECHNICIAN).count();
    let (code, second) = ada.post("trigger", &emergency("Two")).await;
    assert_eq!(code, 200, "{second}");
    town.texted("+15005550008").await;
    assert_eq!(town.network.trace().calls_to(TECHNICIAN).count(), calls, "nobody is called any more, only texted");

    let (_, list) = ada.get("emergencies?limit=1").await;
    assert_eq!(list["emergencies"][0]["id"], second["data"]["emergency_id"], "{list}");
    for id in [&first, &second].map(|answer| answer["data"]["emergency_id"].as_str().expect("an id").to_owned()) {
        let (code, cancelled) = ada.post(&format!("emergencies/{id}/cancel"), &json!({})).await;
        assert_eq!(code, 200, "{cancelled}");
    }
    for words in ["switched off by ada", "switched on by ada", "from the dashboard", "Settings of branch tuc"] {
        town.watcher_heard(words).await;
    }

    // Restarted by the admin server, the branch ends as its supervisor expects.
    ada.post("disable", &json!({ "confirm": true })).await;
    let (code, restarts) = ada.post("restart", &json!({ "confirm": true })).await;
    assert_eq!(code, 200, "{restarts}");
    let ended = branch.ends().await;
    assert!(ended.success(), "{ended}");

    // Without the admin server it starts from its copy, and stays switched off.
    admin.kill().await;
    let _branch = town.branch("tuc").await;
    assert_eq!(town.report("tuc").await.1["code"], "disabled");
    let reloaded = town.http.post(format!("{}/api/reload_settings", town.at("tuc"))).bearer_auth("tuc-token").send();
    let reloaded: Value = reloaded.await.expect("an answer").json().await.expect("JSON");
    assert_eq!(reloaded["code"], "not_reloaded", "the admin server is away");
    let database = std::fs::read(town.folder.path().join("tuc.db")).expect("a file");
    let token = town.network.auth_token().as_bytes();
    assert!(!database.windows(token.len()).any(|bytes| bytes == token), "the copy of a secret lies open");

    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.post("enable", &json!({})).await;
    assert_eq!(town.report("tuc").await.0, 200);
}

/// Whatever a branch was told: what counts is what it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_goes_on_as_before_is_not_said_to_have_changed() {
    let town = Town::found().await;
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let taken = ada.post("settings", &json!({ "TWILIO_AUTH_TOKEN": null })).await;
    assert_eq!(
        (taken.0, &taken.1["field"]),
        (400, &json!("TWILIO_AUTH_TOKEN")),
        "no branch starts without: {}",
        taken.1
    );

    let mut branch = town.branch("tuc").await;
    // By mail alone, from a branch that has no mail server.
    let mail = json!({ "RECIPIENT_PHONES": "", "RECIPIENT_EMAILS": "office@example.com" });
    let (code, answer) = ada.post("settings", &mail).await;
    assert_eq!((code, &answer["applied"]), (200, &json!(false)), "{answer}");
    let words = answer["message"].as_str().expect("words");
    assert!(words.contains("keeps its previous settings: RECIPIENT_PHONES is missing"), "{words}");
    let (_, answer) = ada.post("disable", &json!({ "confirm": true })).await;
    assert_eq!(answer["applied"], true, "that counts in any case: {answer}");
    assert_eq!(town.report("tuc").await.1["code"], "disabled");
    ada.post("enable", &json!({})).await;
    let refused = async |is_refused: bool| {
        until(async || {
            let (_, answer) = ada.alerts().await;
            let words = "cannot use its new settings and keeps its previous ones: RECIPIENT_PHONES is missing";
            answer.to_string().contains(words) == is_refused
        })
        .await;
    };
    refused(true).await;
    branch.kill().await;
    let mut branch = town.branch("tuc").await;
    assert_eq!(town.report("tuc").await.0, 200, "it starts with the copy of what it could use");
    town.texted("+15005550009").await;
    refused(true).await;
    ada.save(&json!({ "RECIPIENT_PHONES": town.settings("tuc")["RECIPIENT_PHONES"] })).await;
    refused(false).await;
    branch.kill().await;

    let settings = town.settings("tuc");
    let own = settings.as_object().expect("settings").iter().map(|(name, value)| (name, value.as_str().expect("text")));
    let mut command = town.branch_command("tuc");
    command.env_remove("ADMIN_DASHBOARD_URL").envs(own);
    let _own = town.start(command, town.at("tuc")).await;
    for switch in ["disable", "enable"] {
        let (code, answer) = ada.post(switch, &json!({ "confirm": true })).await;
        assert_eq!((code, &answer["applied"]), (200, &json!(false)), "{answer}");
        assert!(answer["message"].as_str().is_some_and(|words| words.contains("does not ask")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_another_key_the_server_says_so_and_does_not_start() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    town.log_in().await.save(&town.settings("tuc")).await;
    admin.kill().await;
    let key = "6b".repeat(32);
    for more in [&[("SETTINGS_KEY", key.as_str())][..], &[("SETTINGS_KEY", "")]] {
        let output = town.admin_command().envs(more.iter().copied()).output().await;
        let output = output.expect("a process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("TWILIO_AUTH_TOKEN of tuc is sealed with key "), "{said}");
    }
    let output = town.admin_command().env("SETTINGS_KEY", "a passphrase").output().await.expect("a process");
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn without_a_password_one_is_made_up_and_shown_once() {
    let town = Town::found().await;
    let start = async || {
        let mut command = town.admin_command();
        command.env_remove("ADMIN_PASSWORD").env("PORT", "0");
        let mut admin = Process::start(command);
        admin.until_said("admin on ").await;
        admin.said()
    };
    let first = start().await;
    let password = first.split("the password ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a password");
    assert!(password.len() >= 40, "{first}");
    assert!(!start().await.contains("password"), "it is shown once");
}

/// What nobody could work with, or what would let one branch in as another, is told at the start.
#[tokio::test]
async fn what_can_not_be_right_is_refused_at_the_start() {
    let town = Town::found().await;
    let https = [("PUBLIC_URL", "https://admin.example.com")];
    for (variables, words) in [
        (&[("PUBLIC_URL", "http://admin.example.com")][..], "PUBLIC_URL begins with http://"),
        (&[("BIND", "0.0.0.0")], "PUBLIC_URL is missing"),
        (&[("BRANCHES", "tuc,poc"), ("POC_TOKEN", "tuc-token")], "POC_TOKEN is the token of another branch"),
        (&[("BRANCHES", "database")], "BRANCHES names a branch whose variable DATABASE_URL means"),
        (&[("BRANCHES", "tuc,tuc-public")], "BRANCHES names a branch whose variable TUC_PUBLIC_URL means"),
        // Right, but for the last variable, which is looked at last.
        (&[https[0], ("ADMIN_USERNAME", "a b")], "ADMIN_USERNAME "),
    ] {
        let output = town.admin_command().envs(variables.iter().copied()).output().await;
        let output = output.expect("a process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{variables:?}: {said}");
        assert!(said.contains(words), "{variables:?}: {said}");
        assert_eq!(said.contains("TRUSTED_PROXIES is missing"), variables.contains(&https[0]), "{variables:?}: {said}");
    }
}
