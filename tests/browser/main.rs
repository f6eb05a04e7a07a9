//! Pages in a real browser, on real servers: the admin server and branches as processes, a phone network beside them.
//!
//! `scripts/install-browser` installs what it needs. What pages look like is left in `target/browser/screenshots`.

#[path = "../common/mod.rs"]
mod common;
mod script;
mod town;

use town::Town;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_does_what_people_need() {
    let town = Town::found().await;
    script::run("dashboard.mjs", &town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_on_when_streams_are_cut_and_say_so() {
    let town = Town::found().await;
    script::run("fresh.mjs", &town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_origin_watches_a_branch() {
    let town = Town::found().await;
    script::run("monitor.mjs", &town).await;
}
