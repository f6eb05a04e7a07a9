//! Each example as whoever tries it meets it: a process, which says what to do and does what it says.

mod process;

use std::time::Duration;

use process::Example;
use serde_json::{Value, json};

/// Two emergencies: one by the webhook of the branch, one by a route of the service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branch_tucson() {
    let example = Example::start("branch_tucson").await;
    let here = example.word_after("service on ");
    let network = example.word_after("the network is ");
    let token = example.word_after("Bearer ");
    let http = reqwest::Client::new();

    let front = http.get(&here).send().await.expect("the page of the service").text().await.expect("a text");
    assert!(front.contains("Saguaro Homes"), "{front}");
    let theirs = http.post(format!("{here}/tenants/9/emergency")).body("x").send().await.expect("an answer");
    assert_eq!(theirs.status(), 404, "the service's own rules");

    let branch = format!("{here}/emergencies");
    let refused = http.get(format!("{branch}/api/emergencies")).send().await.expect("an answer");
    assert_eq!(refused.status(), 401, "the branch's own rules");
    let report = json!({ "chosen_phone": "+15005550003", "user_stated_callback_number": "+15005550101" });
    let answer = http.post(format!("{branch}/webhook")).bearer_auth(&token).json(&report).send().await;
    let answer: Value = answer.expect("an answer").json().await.expect("JSON");
    let by_reporter = answer["emergency_id"].as_str().expect("an id").to_owned();
    let answer = http.post(format!("{here}/tenants/2/emergency")).body("Water comes through the ceiling.").send().await;
    let answer = answer.expect("an answer").text().await.expect("a text");
    let by_tenant = answer.split(['(', ')']).nth(1).expect("an id").to_owned();

    for customer in ["+15005550101", "+15005550102"] {
        let call = json!({ "from": customer, "to": "+15005550006" });
        let dialled = http.post(format!("{network}/_sim/dial")).json(&call).send().await.expect("an answer");
        assert!(dialled.status().is_success(), "{}", dialled.status());
    }
    for id in [by_reporter, by_tenant] {
        let url = format!("{branch}/api/emergencies/{id}");
        let ask = async || {
            let answer = http.get(&url).bearer_auth(&token).send().await.ok()?;
            answer.json::<Value>().await.ok()
        };
        let ended = process::within(Duration::from_secs(60), ask, |answer| answer["phase"] == "concluded").await;
        assert_eq!(ended["outcome"], "connected", "{ended:#}");
    }
    example.ends_when_asked().await;
}
