//! What a branch has, through the admin server; both are processes.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::post};
use responder_sim::{Behaviour, ClockMode, DialIn};
use serde_json::{Value, json};

use crate::common::{
    patience::until,
    place::serve,
    stream::Stream,
    town::{CUSTOMER, Operator, TECHNICIAN, Town, emergency, told},
};

/// Seconds of the phone network in one.
const PACE: u32 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_a_branch_has_is_there() {
    let town = Town::with(&["tuc"], ClockMode::Faster(PACE)).await;
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    ada.save(&json!({ "enable_call_recording": true })).await;
    let _branch = town.branch("tuc").await;
    let mut events = Stream::open(ada.request("GET", "events")).await.expect("a stream");
    events.begins().await;

    let id = connect(&town, &ada).await;
    let (mut heard, mut numbers) = (Vec::new(), Vec::new());
    while heard.last().is_none_or(|name| name != "emergency_concluded") {
        let data: Value = serde_json::from_str(&events.next().await.expect("the stream goes on")).expect("JSON");
        heard.push(data["event"].as_str().expect("a name").to_owned());
        numbers.push(data["id"].as_u64().expect("a number"));
    }
    assert!(numbers.windows(2).all(|two| two[1] == two[0] + 1), "{numbers:?}");
    let (code, whole) = ada.get(&format!("emergencies/{id}")).await;
    assert_eq!((code, &whole["outcome"]), (200, &json!("connected")), "{whole}");
    let told_later: Vec<_> =
        whole["timeline"].as_array().expect("a timeline").iter().map(|event| &event["event"]).collect();
    assert_eq!(told_later[..heard.len()], heard.iter().collect::<Vec<_>>()[..], "the stream said the same");

    recordings_are_heard(&ada).await;
    logs_are_read_sent_and_put_aside(&town, &ada).await;

    // Ended from the dashboard, and a second time, too: then there is nothing left to be ended.
    let (_, second) = ada.post("trigger", &emergency("Two")).await;
    let cancel = format!("emergencies/{}/cancel", second["data"]["emergency_id"].as_str().expect("an id"));
    assert_eq!(ada.post(&cancel, &json!({})).await.0, 200);
    until(async || ada.get("status").await.1["status"] == "Ready").await;
    let (code, unknown) = ada.post("emergencies/01arz3ndektsv4rrffq69g5fav/cancel", &json!({})).await;
    assert_eq!((code, &unknown["status_code"]), (404, &json!(404)), "{unknown}");
    let (code, unknown) = ada.get("emergencies/nonsense").await;
    assert_eq!((code, &unknown["code"]), (404, &json!("no_such_emergency")));
}

/// Reports from the dashboard; the technician accepts, the customer calls, the two talk.
async fn connect(town: &Town, ada: &Operator<'_>) -> String {
    town.network.set_phone(TECHNICIAN, Behaviour::answers_after_seconds(4).pressing(["1", "1"]));
    let (code, answer) = ada.post("trigger", &emergency("Carla")).await;
    assert_eq!(code, 200, "{answer}");
    let talks = Behaviour::default().hanging_up_talking_after(Duration::from_secs(20));
    let call = DialIn::new(CUSTOMER, &town.place("tuc").number).behaving(talks);
    town.network.dial(call).expect("a number that is set up");
    answer["data"]["emergency_id"].as_str().expect("an id").to_owned()
}

async fn recordings_are_heard(ada: &Operator<'_>) {
    until(async || ada.get("recordings").await.1["recordings"][0]["media_url"].is_string()).await;
    let (_, list) = ada.get("recordings").await;
    let path = list["recordings"][0]["media_url"].as_str().expect("an address");
    let url = format!("{}{path}", ada.town.admin_at);
    let request = ada.town.http.get(url).header("cookie", &ada.cookie).header("range", "bytes=0-9");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.bytes().await.expect("sound").len(), 10);
}

async fn logs_are_read_sent_and_put_aside(town: &Town, ada: &Operator<'_>) {
    let is_written = async || ada.get("logs?recent=1").await.1["logs"][0]["event"] == "emergency_concluded";
    until(is_written).await;
    let (code, few) = ada.get("logs?recent=3").await;
    assert_eq!((code, &few["count"]), (200, &json!(3)), "{few}");
    let (code, all) = ada.get("logs?all").await;
    assert!(code == 200 && all["count"].as_u64() > Some(10), "{all}");
    let (code, neither) = ada.get("logs").await;
    assert_eq!((code, &neither["status_code"]), (400, &json!(400)), "{neither}");

    let (target, posted) = receiver().await;
    let (code, sent) = ada.post("firehose", &json!({ "webhook_url": target })).await;
    assert_eq!((code, &sent["results"][0]["status_code"]), (200, &json!(204)), "{sent}");
    assert!(posted.lock().expect("a list").iter().any(|body| body.contains("emergency_concluded")));
    let (code, refused) = ada.post("firehose", &json!({ "webhook_url": "http://10.0.0.1/hook" })).await;
    assert_eq!((code, &refused["code"]), (502, &json!("not_sent")), "{refused}");
    assert!(refused["message"].as_str().is_some_and(|words| words.contains("public address")), "{refused}");

    let (code, aside) = told(ada.request("DELETE", "logs")).await;
    assert_eq!(code, 200, "{aside}");
    let archive = aside["archive_path"].as_str().expect("a path");
    assert!(archive.contains("tuc.log.cleared."), "{archive}");
    let (_, fresh) = ada.get("logs?recent=5").await;
    assert!(!fresh.to_string().contains("emergency_concluded"), "{fresh}");
    let audit = town.http.get(format!("{}/api/audit", town.admin_at)).header("cookie", &ada.cookie);
    let audit = told(audit).await.1.to_string();
    for action in ["log_archived", "log_sent", "emergency_triggered"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
}

/// Somebody who takes what is posted.
async fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let posted = Arc::new(Mutex::new(Vec::new()));
    let take = Arc::clone(&posted);
    let hook = async move |body: String| {
        take.lock().expect("a list").push(body);
        StatusCode::NO_CONTENT
    };
    let at = serve(Router::new().route("/hook", post(hook))).await;
    (format!("{at}/hook"), posted)
}

/// A server that is asked to stop does, though dashboards are open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_can_stop_while_dashboards_are_open() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let _branch = town.branch("tuc").await;
    let mut one = Stream::open(ada.request("GET", "events")).await.expect("a stream");
    let all = town.http.get(format!("{}/api/events", town.admin_at)).header("cookie", &ada.cookie);
    let mut all = Stream::open(all).await.expect("a stream");
    admin.ends_at("-TERM").await;
    assert_eq!((one.next().await, all.next().await), (None, None));
}
