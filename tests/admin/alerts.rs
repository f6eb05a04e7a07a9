//! What somebody has to see: it is shown by every node, and after a restart, until they have.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::Query, response::IntoResponse};
use futures_util::future::join_all;
use http::StatusCode;
use responder::{
    Timestamp,
    access::{AuditAction, Permission},
    driver::ManualClock,
    emergency::EmergencyId,
    http::{
        Endpoints, Keys,
        admin::{self, Admin, BranchClient, Site},
    },
    settings::{SettingsKeys, Values},
    store::{AuditLog, AuditQuery, MemoryStore},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    common::{
        patience::until,
        place::{NOBODY, serve},
    },
    house::{House, PUBLIC, Person, answer_in_json, answer_of, at, key},
};

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// A branch whose server answers as it is told, and admin servers that look after it.
struct Scene {
    clock: Arc<ManualClock>,
    store: Arc<MemoryStore>,
    branch_at: String,
    says: Arc<Mutex<Says>>,
    bo: Person,
}

/// The status of its answers, and its emergencies, newest first.
type Says = (u16, Vec<Value>);

impl Scene {
    async fn set() -> Self {
        let says = Arc::new(Mutex::new((200, Vec::new())));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let branch_at = format!("http://{}", listener.local_addr().expect("an address"));
        let told = Arc::clone(&says);
        let answers = async move |Query(query): Query<HashMap<String, String>>| answer(&told, &query);
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answers)).await });
        let clock = Arc::new(ManualClock::new(NOON));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let table = table(&admin_of(&store, &clock, &branch_at));
        let house = House {
            clock: clock.clone(),
            store: store.clone(),
            table,
            asked: Arc::default(),
            sessions: Mutex::default(),
        };
        let bo = house.person("bo", at("tuc", [Permission::View])).await;
        Self { clock, store, branch_at, says, bo }
    }

    fn admin(&self) -> Arc<Admin> {
        admin_of(&self.store, &self.clock, &self.branch_at)
    }

    /// Another one, or the same after a restart.
    fn node(&self) -> Endpoints {
        table(&self.admin())
    }

    fn says(&self, status: u16) {
        self.says.lock().expect("no panic").0 = status;
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Those about its settings are no matter of this.
    async fn alerts(&self, node: &Endpoints) -> Vec<Value> {
        let answer = answer_of(node, self.bo.get("/api/alerts")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let alerts = answer.json()["alerts"].as_array().expect("a list").clone();
        alerts.into_iter().filter(|alert| alert["kind"] != "settings_invalid").collect()
    }

    async fn see(&self, node: &Endpoints, alert: &Value) -> u16 {
        answer_of(node, self.bo.post("/api/branch/tuc/alerts/seen", &json!({ "id": alert["id"] }))).await.status
    }

    async fn recorded(&self, action: AuditAction) -> usize {
        let query = AuditQuery { limit: 1000, ..AuditQuery::default() };
        let all = self.store.audit(&query).await.expect("a store");
        all.iter().filter(|recorded| recorded.entry.action == action).count()
    }
}

fn admin_of(store: &Arc<MemoryStore>, clock: &Arc<ManualClock>, branch_at: &str) -> Arc<Admin> {
    let client = Some(BranchClient::new(branch_at, &"tuc-token".into()).expect("a client"));
    let (name, defaults) = ("Tucson".to_owned(), Values::default());
    let site = Site { key: key("tuc"), name, client, public_url: None, defaults };
    Arc::new(Admin::new(store.clone(), clock.clone(), SettingsKeys::default(), vec![site]))
}

fn table(admin: &Arc<Admin>) -> Endpoints {
    let keys = Keys { sessions: Some(admin::sessions(admin)), ..Keys::default() };
    admin::endpoints(admin, PUBLIC.parse().expect("a URL")).keys(keys).build().expect("a table")
}

fn answer(says: &Mutex<Says>, query: &HashMap<String, String>) -> axum::response::Response {
    let (status, all) = says.lock().expect("no panic").clone();
    if status != 200 {
        return StatusCode::from_u16(status).expect("a status").into_response();
    }
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let is_before = |one: &&Value| query.get("before").is_none_or(|before| one["id"].as_str() < Some(before));
    let page: Vec<_> = all.iter().filter(is_before).take(limit).collect();
    answer_in_json(&json!({ "status": "success", "emergencies": page }))
}

fn emergency(no: u32, outcome: &str) -> Value {
    let begun = Timestamp::from_micros(NOON.as_micros() - 100_000_000_000 + i64::from(no) * 1_000_000);
    let id = EmergencyId::new(begun, 7);
    json!({ "id": id, "created_at": begun.to_string(), "concluded_at": begun.to_string(), "outcome": outcome })
}

#[tokio::test]
async fn that_a_branch_was_away_is_shown_until_somebody_has_seen_it() {
    let scene = Scene::set().await;
    let node = scene.node();
    assert_eq!(scene.alerts(&node).await, [json!(null); 0]);
    scene.says(500);
    scene.pass(60);
    let ongoing = scene.alerts(&node).await;
    assert_eq!(ongoing.len(), 1, "{ongoing:?}");
    assert_eq!((&ongoing[0]["since"], &ongoing[0]["until"]), (&json!("2027-01-15T08:01:00Z"), &Value::Null));
    assert!(ongoing[0]["message"].as_str().is_some_and(|words| words.contains("answers with failures")), "{ongoing:?}");
    assert_eq!(scene.alerts(&scene.node()).await, ongoing, "another node has the same one");

    scene.pass(7200);
    scene.says(200);
    let mut over = Vec::new();
    for _ in 0..4 {
        scene.pass(20);
        over = scene.alerts(&node).await;
        assert_eq!((over.len(), &over[0]["id"]), (1, &ongoing[0]["id"]), "it is still to be seen: {over:?}");
        assert_eq!(over[0]["until"], "2027-01-15T10:01:20Z");
    }
    let restarted = scene.node();
    assert_eq!(scene.alerts(&restarted).await, over, "a restart changes nothing");
    assert_eq!(scene.see(&scene.node(), &over[0]).await, 200, "on a node that has shown nothing yet");
    scene.pass(3);
    for node in [&node, &restarted, &scene.node()] {
        assert_eq!(scene.alerts(node).await, [json!(null); 0]);
        assert_eq!(scene.see(node, &over[0]).await, 404);
    }
    // The next time is another one.
    scene.says(401);
    scene.pass(60);
    let again = scene.alerts(&node).await;
    assert!(again[0]["message"].as_str().is_some_and(|words| words.contains("does not know our token")), "{again:?}");
    assert_ne!(again[0]["id"], ongoing[0]["id"]);
}

#[tokio::test]
async fn a_restart_of_a_branch_is_no_alert_when_it_is_over_and_coming_and_going_is_one() {
    let scene = Scene::set().await;
    let node = scene.node();
    for status in [500, 200, 500, 200] {
        scene.says(status);
        scene.pass(8);
        assert_eq!(scene.alerts(&node).await.len(), usize::from(status == 500));
    }
    assert_eq!(scene.recorded(AuditAction::BranchAway).await, 1, "it has not been well in between");
    scene.pass(40);
    scene.alerts(&node).await;
    assert_eq!(scene.recorded(AuditAction::BranchBack).await, 1);
}

/// A node that reaches it does not take it back at once, nor does the other one say it again.
#[tokio::test]
async fn a_branch_that_one_node_can_not_reach_is_an_alert_there_and_told_once() {
    let scene = Scene::set().await;
    let (well, cut_off) = (scene.node(), table(&admin_of(&scene.store, &scene.clock, NOBODY)));
    scene.alerts(&well).await;
    scene.pass(7200);
    let first = scene.alerts(&cut_off).await;
    assert_eq!(first.len(), 1, "{first:?}");
    for _ in 0..80 {
        assert_eq!(scene.alerts(&well).await, [json!(null); 0]);
        assert_eq!(scene.alerts(&cut_off).await, first);
        scene.pass(15);
    }
    let recorded = [AuditAction::BranchAway, AuditAction::BranchBack].map(|action| scene.recorded(action));
    assert_eq!(join_all(recorded).await, [1, 1]);

    // Away for all of them, it is another one, for all of them.
    scene.says(500);
    let away = scene.alerts(&well).await;
    assert_eq!(away.len(), 1, "{away:?}");
    assert_ne!(away[0]["id"], first[0]["id"]);
    scene.pass(15);
    assert_eq!(scene.alerts(&cut_off).await[0]["id"], away[0]["id"]);
}

#[tokio::test]
async fn a_branch_that_one_node_reaches_now_and_then_is_seldom_told_of() {
    let scene = Scene::set().await;
    let steady = async || answer_in_json(&json!({ "status": "success", "emergencies": [] }));
    let steady = serve(Router::new().fallback(steady)).await;
    let (server, well) = (scene.node(), table(&admin_of(&scene.store, &scene.clock, &steady)));
    for round in 0..80 {
        scene.says(if round % 2 == 0 { 500 } else { 200 });
        scene.alerts(&well).await;
        scene.alerts(&server).await;
        scene.pass(15);
    }
    let away = scene.recorded(AuditAction::BranchAway).await;
    assert!(away <= 3, "{away} times in 20 minutes");
}

/// Somebody who has seen an absence sees the next one, too, however soon it comes.
#[tokio::test]
async fn what_was_seen_is_over_when_the_branch_is_back() {
    let scene = Scene::set().await;
    let node = scene.node();
    let mut known = Vec::new();
    for _ in 0..4 {
        scene.says(500);
        scene.pass(3);
        scene.alerts(&node).await;
        scene.pass(60);
        let mut away = scene.alerts(&node).await;
        away.retain(|alert| !known.contains(&alert["id"]));
        assert_eq!(away.len(), 1, "{away:?}");
        known.push(away[0]["id"].clone());
        scene.says(200);
        scene.pass(15);
        scene.alerts(&node).await;
        assert_eq!(scene.see(&node, &away[0]).await, 200);
        scene.pass(40);
        assert_eq!(scene.alerts(&node).await, [json!(null); 0]);
    }
}

#[tokio::test]
async fn an_emergency_that_nobody_took_on_is_shown_however_many_come_after_it() {
    let scene = Scene::set().await;
    let all = |count: u32| (0..count).rev().map(|no| emergency(no, if no == 3 { "unanswered" } else { "connected" }));
    scene.says.lock().expect("no panic").1 = all(4).collect();
    let node = scene.node();
    let shown = scene.alerts(&node).await;
    assert_eq!((shown.len(), &shown[0]["emergency"]), (1, &emergency(3, "")["id"]));
    for count in [90, 700] {
        scene.says.lock().expect("no panic").1 = all(count).collect();
        scene.pass(3);
        assert_eq!(scene.alerts(&node).await, shown, "{count}");
        assert_eq!(scene.alerts(&scene.node()).await, shown, "{count}, after a restart");
    }
    // Also while the branch is away.
    scene.says(500);
    scene.pass(3);
    assert!(scene.alerts(&node).await.contains(&shown[0]));
    scene.says(200);
    assert_eq!(scene.see(&node, &shown[0]).await, 200);
    scene.pass(3);
    assert!(!scene.alerts(&node).await.contains(&shown[0]));
}

/// Whoever comes in the morning learns of it.
#[tokio::test]
async fn branches_are_watched_also_when_nobody_looks() {
    let scene = Scene::set().await;
    scene.says(500);
    let (admin, watched) = (scene.admin(), scene.admin());
    let (one, other) = (Arc::clone(&admin), Arc::clone(&watched));
    let watching = tokio::spawn(async move { tokio::join!(one.keep_watch(), other.keep_watch()) });
    until(async || scene.recorded(AuditAction::BranchAway).await > 0).await;
    scene.says(200);
    scene.pass(7200);
    let shown = scene.alerts(&scene.node()).await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    admin.end_streams();
    watched.end_streams();
    watching.await.expect("they end");
}
