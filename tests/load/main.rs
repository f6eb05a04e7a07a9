//! Many dashboards at once, on an admin server and three branches that are processes of their own: each hears
//! everything once and in order, whatever is cut in between, and one that does not read is in nobody's way.
//!
//! How much memory and time that takes is measured by `cargo bench --bench dashboards`.

#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod slow;

use common::{
    patience::until,
    town::{Town, emergency, token, told},
};
use serde_json::json;

/// An emergency that is reported to a branch itself and ended there: a dozen events, soon after each other.
async fn come_and_go(town: &Town, key: &str) {
    let ask = |path: &str| town.http.post(format!("{}{path}", town.at(key))).bearer_auth(token(key));
    let (status, answer) = told(ask("/webhook").json(&emergency("Carla"))).await;
    assert_eq!(status, 200, "{answer}");
    let id = answer["emergency_id"].as_str().expect("an id");
    let (status, answer) = told(ask(&format!("/api/emergencies/{id}/cancel")).json(&json!({}))).await;
    assert_eq!(status, 200, "{answer}");
    let is_over = async || {
        let about = town.http.get(format!("{}/api/emergencies/{id}", town.at(key))).bearer_auth(token(key));
        told(about).await.1["phase"] == "concluded"
    };
    until(is_over).await;
}
