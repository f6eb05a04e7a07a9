//! The demo, as somebody meets it who has read the first page of the README: one process, its dashboard, emergencies
//! that go on by themselves.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{common::patience::answered, operator::Operator, process::Example};

/// An emergency takes a minute in the demo: ringing, holding, a talk.
const ONE_EMERGENCY: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_lets_anybody_in_who_reads_what_it_says() {
    let demo = Example::start_with("demo", &["--port", "0"]).await;
    let (dashboard, password) = (demo.word_after("dashboard     "), demo.word_after("password      "));
    assert!(password.len() >= 16, "one that was made for this run: {password}");
    let operator =
        Operator::log_in(&dashboard, &demo.word_after("user          "), &password).await.expect("a session");
    assert!(Operator::log_in(&dashboard, "admin", "admin").await.is_err(), "no password that everybody knows");

    let branches = asked(&operator, "/api/branches").await;
    let of_all = |field: &str| -> Vec<Value> {
        branches["branches"].as_array().into_iter().flatten().map(|branch| branch[field].clone()).collect()
    };
    assert_eq!(of_all("name"), ["Tucson", "Pocatello", "Rexburg"]);
    assert_eq!(of_all("online"), [true, true, true], "{branches}");

    // One that goes on by itself, and one of our own in another branch.
    let scripted = first_open(&operator, "tuc").await;
    let report = json!({
        "chosen_phone": "+15005550390", "customer_name": "Zoe Example", "user_stated_callback_number": "+15005550391",
        "incident_address": "1 Main Street", "emergency_description_text": "Water",
    });
    let (taken, answer) = operator.post("/api/branch/rex/trigger", &report).await.expect("an answer");
    assert!(taken, "{answer}");
    let ours = answer["data"]["emergency_id"].as_str().expect("an id").to_owned();
    tokio::join!(ends_connected(&operator, "tuc", &scripted), ends_connected(&operator, "rex", &ours));

    let recordings = asked(&operator, "/api/branch/tuc/recordings").await;
    let media = recordings["recordings"][0]["media_url"].as_str().expect("one that can be played").to_owned();
    let part = operator.get(&media).header("range", "bytes=0-99").send().await.expect("an answer");
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.expect("a sound").len(), 100);
    demo.ends_when_interrupted().await;
}

/// Watches an emergency live until it is over, then asks how it ended.
async fn ends_connected(operator: &Operator, branch: &str, id: &str) {
    let live = operator.get(&format!("/api/branch/{branch}/events?emergency={id}&after=0"));
    let mut pieces = live.send().await.expect("an answer").bytes_stream();
    let mut heard = String::new();
    let over = async {
        while !heard.contains("emergency_concluded") {
            let piece = pieces.next().await.expect("more until it is over").expect("a connection");
            heard += &String::from_utf8_lossy(&piece);
        }
    };
    timeout(ONE_EMERGENCY, over).await.expect("it ends");
    for event in ["webhook_received", "technician_accepted", "incoming_call", "bridged"] {
        assert!(heard.contains(event), "{event} was not told: {heard}");
    }
    let emergency = asked(operator, &format!("/api/branch/{branch}/emergencies/{id}")).await;
    assert_eq!(emergency["outcome"], "connected", "{emergency:#}");
}

/// The emergency that is open in a branch, as soon as there is one.
async fn first_open(operator: &Operator, branch: &str) -> String {
    let path = format!("/api/branch/{branch}/emergencies?limit=1");
    let newest = async || Some(asked(operator, &path).await["emergencies"][0].clone());
    let open = answered(Duration::from_secs(30), newest, |newest| newest["phase"] != "concluded").await;
    open["id"].as_str().expect("an id").to_owned()
}

async fn asked(operator: &Operator, path: &str) -> Value {
    let answer = operator.get(path).send().await.expect("an answer");
    answer.json().await.unwrap_or_else(|error| panic!("{path}: {error}"))
}
