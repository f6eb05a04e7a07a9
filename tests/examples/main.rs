//! Each example as whoever tries it meets it: a process, which says what to do and does what it says.

#[path = "../common/mod.rs"]
mod common;
mod configure;
mod demo;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "what the tests of mail need, and these do not")]
mod mail_server;
#[path = "../../examples/common/operator.rs"]
#[expect(dead_code, reason = "settings are entered by others")]
mod operator;
mod outgoing;
mod process;
mod signalwire;

use std::time::Duration;

use common::{
    patience::answered,
    receiver::{Heard, Receiver},
};
use process::Example;
use serde_json::{Value, json};

/// Two emergencies: one by the webhook of the branch, one by a route of the service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branch_tucson() {
    let told = Receiver::start().await;
    let example = Example::start("branch_tucson", 20, &told).await;
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
    let by_reporter = report(&branch, &token, "+15005550101").await;
    let answer = http.post(format!("{here}/tenants/2/emergency")).body("Water comes through the ceiling.").send().await;
    let answer = answer.expect("an answer").text().await.expect("a text");
    let by_tenant = answer.split(['(', ')']).nth(1).expect("an id").to_owned();

    for customer in ["+15005550101", "+15005550102"] {
        dial(&network, customer).await;
    }
    for id in [by_reporter, by_tenant] {
        connected(&branch, &token, &id).await;
        hears(&told, &branch, &token, &id).await;
    }
    pours(&branch, &token).await;
    example.ends_when_asked().await;
}

/// The branch beside the filters of a site, at the same address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branch_pocatello() {
    let told = Receiver::start().await;
    let example = Example::start("branch_pocatello", 20, &told).await;
    let here = example.word_after("site on ");
    let network = example.word_after("the network is ");
    let token = example.word_after("Bearer ");
    let http = reqwest::Client::new();

    let booked = http.post(format!("{here}/bookings")).body("Tuesday").send().await.expect("an answer");
    assert_eq!(booked.status(), 201);
    let list = http.get(format!("{here}/bookings")).send().await.expect("an answer").text().await.expect("a text");
    assert_eq!(list, "1 bookings\n", "the site's own filters");
    let unknown = http.get(format!("{here}/nothing")).send().await.expect("an answer");
    assert_eq!(unknown.status(), 404);
    let refused = http.get(format!("{here}/api/emergencies")).send().await.expect("an answer");
    assert_eq!(refused.status(), 401, "the branch's own rules");

    let id = report(&here, &token, "+15005550101").await;
    dial(&network, "+15005550101").await;
    connected(&here, &token, &id).await;
    hears(&told, &here, &token, &id).await;
    pours(&here, &token).await;
    example.ends_when_asked().await;
}

/// Two nodes, of which each takes some of the requests, on a PostgreSQL server that the example starts for itself. Its
/// clock is the real one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branch_rexburg() {
    let told = Receiver::start().await;
    let example = Example::start("branch_rexburg", 1, &told).await;
    let here = example.word_after("behind ");
    let here = here.trim_end_matches('.');
    let network = example.word_after("the network is ");
    let token = example.word_after("Bearer ");
    assert!(example.has_said("a PostgreSQL server that was started for them"), "the tests have installed one");

    let id = report(here, &token, "+15005550101").await;
    dial(&network, "+15005550101").await;
    connected(here, &token, &id).await;
    hears(&told, here, &token, &id).await;
    pours(here, &token).await;
    for node in [example.word_after("Responder: "), example.word_after(" and ")] {
        let url = format!("http://{node}/api/emergencies/{id}");
        let answer = reqwest::Client::new().get(url).bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "each node knows it");
    }
    example.ends_when_asked().await;
}

/// With axum, with warp, and as a front with nodes behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_connection_keeps_none_from_ending() {
    let told = Receiver::start().await;
    let ends = async |name: &str, before: &str| {
        let example = Example::start(name, 1, &told).await;
        let here = example.word_after(before);
        example.ends_before_the_last_has_gone(here.trim_end_matches('.')).await;
    };
    tokio::join!(
        ends("branch_tucson", "service on "),
        ends("branch_pocatello", "site on "),
        ends("branch_rexburg", "behind "),
    );
}

/// Reports an emergency of somebody; gives its id.
async fn report(branch: &str, token: &str, customer: &str) -> String {
    let report = json!({ "chosen_phone": "+15005550003", "user_stated_callback_number": customer });
    let request = reqwest::Client::new().post(format!("{branch}/webhook")).bearer_auth(token).json(&report);
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    answer["emergency_id"].as_str().expect("an id").to_owned()
}

/// Somebody calls the branch, and has said everything after a quarter of a minute.
async fn dial(network: &str, customer: &str) {
    let behaviour = json!({ "hang_up_talking_after": 15 });
    let call = json!({ "from": customer, "to": "+15005550006", "behaviour": behaviour });
    let request = reqwest::Client::new().post(format!("{network}/_sim/dial")).json(&call);
    let dialled = request.send().await.expect("an answer");
    assert!(dialled.status().is_success(), "{}", dialled.text().await.unwrap_or_default());
}

/// Waits until it is over, and has ended well.
async fn connected(branch: &str, token: &str, id: &str) {
    let (http, url) = (reqwest::Client::new(), format!("{branch}/api/emergencies/{id}"));
    let ask = async || http.get(&url).bearer_auth(token).send().await.ok()?.json::<Value>().await.ok();
    let ended = answered(Duration::from_secs(150), ask, |answer| answer["phase"] == "concluded").await;
    assert_eq!(ended["outcome"], "connected", "{ended:#}");
}

/// The other service gets every event of an emergency, in order and signed.
async fn hears(told: &Receiver, branch: &str, token: &str, id: &str) {
    let request = reqwest::Client::new().get(format!("{branch}/api/emergencies/{id}")).bearer_auth(token);
    let emergency: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let events = emergency["timeline"].as_array().expect("events").iter();
    let events: Vec<_> = events.filter_map(|event| event["event"].as_str()).collect();
    let all = |heard: &Heard| heard.lanes.get(id).is_some_and(|lane| lane.len() >= events.len());
    tokio::time::timeout(Duration::from_secs(120), told.until(all)).await.expect("the events in time");
    let heard = told.heard.borrow();
    assert_eq!(heard.wrong, Vec::<String>::new());
    // News of a text may come when all is over.
    let names: Vec<_> = heard.lanes[id].iter().map(|(_, name)| name.as_str()).take(events.len()).collect();
    assert_eq!(names, events);
}

/// The firehose posts log and timeline: to the same service, which takes nothing that is not signed.
async fn pours(branch: &str, token: &str) {
    let ask = async |method: &str, path: &str| -> Value {
        let method = method.parse().expect("a method");
        let request = reqwest::Client::new().request(method, format!("{branch}{path}")).bearer_auth(token);
        request.send().await.expect("an answer").json().await.expect("JSON")
    };
    let poured = ask("POST", "/debug_firehose").await;
    assert_eq!(poured["results"][0]["status_code"], 400, "{poured}");
    assert!(poured["timeline_count"].as_u64().is_some_and(|count| count > 5), "{poured}");
    let logged = answered(
        Duration::from_secs(10),
        async || Some(ask("GET", "/api/logs?recent=5").await),
        |logged| logged["count"] == 5,
    );
    logged.await;
}
