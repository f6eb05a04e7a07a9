//! Texts that tell what is done with branches: each once, in order, whatever fails or dies meanwhile.

use responder_sim::{Fault, RestEffect};
use serde_json::json;

use crate::common::{
    patience::until,
    town::{Operator, Town, emergency},
};

const TOLD: [&str; 5] = [
    "Branch tuc was switched off by ada.",
    "Branch tuc was switched on by ada.",
    "Settings of branch tuc were changed by ada: company_name.",
    "ada reported an emergency to branch tuc, from the dashboard.",
    "Branch tuc has not confirmed the emergency that ada reported.",
];

/// All that is told of, with a branch that is away.
async fn act(ada: &Operator<'_>) {
    assert_eq!(ada.post("disable", &json!({ "confirm": true })).await.0, 200);
    assert_eq!(ada.post("enable", &json!({})).await.0, 200);
    ada.save(&json!({ "company_name": "Ivy Plumbing" })).await;
    assert_eq!(ada.post("trigger", &emergency("One")).await.0, 503);
}

fn failing(times: u32) -> Fault {
    Fault::rest("CreateMessage", RestEffect::status(503)).times(times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_fails_for_a_while_gets_one_text_for_each_action() {
    let town = Town::found().await;
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    town.network.add_fault(failing(3));
    act(&ada).await;
    until(async || town.watcher_texts().len() >= TOLD.len()).await;
    assert_eq!(town.watcher_texts(), TOLD);
    assert!(town.network.faults().is_empty(), "it has failed as often as it should");
    ada.post("restart", &json!({ "confirm": true })).await;
    until(async || town.watcher_texts().len() >= TOLD.len() + 2).await;
    let restart = ["ada told branch tuc to restart.", "Branch tuc has not confirmed that it restarts, as ada told it."];
    assert_eq!(town.watcher_texts()[TOLD.len()..], restart);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_before_the_text_sends_it_when_it_is_back() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    let ada = town.log_in().await;
    town.network.add_fault(failing(u32::MAX));
    act(&ada).await;
    admin.kill().await;
    assert_eq!(town.watcher_texts(), [""; 0]);
    town.network.clear_faults();
    let _admin = town.admin().await;
    until(async || town.watcher_texts().len() >= TOLD.len()).await;
    assert_eq!(town.watcher_texts(), TOLD);
}
