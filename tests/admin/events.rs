//! Where events are posted is a setting like others: it counts while the branch is at work.

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::common::{
    patience::SOON,
    receiver::{Receiver, SECRET},
    town::{Operator, Town, token, told},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_go_to_whoever_is_named_at_the_time() {
    let (town, first, second) = (Town::found().await, Receiver::start().await, Receiver::start().await);
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    ada.save(&json!({ "max_active_emergencies": 9 })).await;
    let mut branch = town.branch_command("tuc");
    branch.env("DEBUG_WEBHOOK_SECRET", SECRET);
    let _branch = town.start(branch, town.at("tuc")).await;

    let unheard = reported(&town).await;
    assert_eq!(dumped(&town).await["code"], "no_target");

    // What waits for a service that takes nothing goes where the next one is.
    name(&ada, first.url()).await;
    let waits = reported(&town).await;
    timeout(SOON, first.until(|heard| heard.refused > 0)).await.expect("a try");
    second.open();
    name(&ada, second.url()).await;
    let later = reported(&town).await;
    for id in [&waits, &later] {
        timeout(SOON, second.until(|heard| heard.lanes.contains_key(id))).await.expect("an event");
        assert!(heard_report(&second, id), "from its beginning");
    }
    assert_eq!(second.heard.borrow().wrong, [""; 0]);
    assert_eq!(first.heard.borrow().count(), 0);
    assert!(!heard_report(&second, &unheard), "it came before");
    let target = dumped(&town).await["target"].clone();
    assert_eq!(target, second.url().trim_end_matches("/hook"), "of which the path is a secret");

    name(&ada, "").await;
    assert_eq!(dumped(&town).await["code"], "no_target");
    first.open();
    let unheard = reported(&town).await;
    name(&ada, first.url()).await;
    let last = reported(&town).await;
    timeout(SOON, first.until(|heard| heard.lanes.contains_key(&last))).await.expect("an event");
    assert!(heard_report(&first, &last) && !heard_report(&first, &unheard), "nobody was named");
}

/// To say that nobody gets them is one thing; to say nothing is another, and leaves it to the branch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_as_the_branch_has_it() {
    let (town, own, other) = (Town::found().await, Receiver::start().await, Receiver::start().await);
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let mut branch = town.branch_command("tuc");
    branch.env("DEBUG_WEBHOOK_SECRET", SECRET).env("DEBUG_WEBHOOK_URL", own.url());
    let _branch = town.start(branch, town.at("tuc")).await;
    let target = |of: &Receiver| of.url().trim_end_matches("/hook").to_owned();
    assert_eq!(dumped(&town).await["target"], target(&own));
    name(&ada, other.url()).await;
    assert_eq!(dumped(&town).await["target"], target(&other));
    name(&ada, "").await;
    assert_eq!(dumped(&town).await["code"], "no_target");
    name(&ada, None).await;
    assert_eq!(dumped(&town).await["target"], target(&own));
    own.open();
    let id = reported(&town).await;
    timeout(SOON, own.until(|heard| heard.lanes.contains_key(&id))).await.expect("an event");
}

/// Whether the first event of an emergency has come there; later ones come to whoever is named later.
fn heard_report(receiver: &Receiver, id: &str) -> bool {
    let is_report = |(_, event): &(u64, String)| event == "webhook_received";
    receiver.heard.borrow().lanes.get(id).is_some_and(|lane| lane.iter().any(is_report))
}

async fn reported(town: &Town) -> String {
    let (status, answer) = town.report("tuc").await;
    assert_eq!(status, 200, "{answer}");
    answer["emergency_id"].as_str().expect("an id").to_owned()
}

async fn name(ada: &Operator<'_>, url: impl Into<Option<&str>>) {
    let (status, answer) = ada.post("settings", &json!({ "DEBUG_WEBHOOK_URL": url.into() })).await;
    assert_eq!((status, &answer["applied"]), (200, &json!(true)), "{answer}");
}

/// What is said to somebody who wants the log posted, and does not say where to.
async fn dumped(town: &Town) -> Value {
    told(town.http.post(format!("{}/debug_firehose", town.at("tuc"))).bearer_auth(token("tuc"))).await.1
}
