//! Servers that are to end, and somebody who does not let go.

use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::common::{patience::until, process::Process, town::Town};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_half_a_request_keeps_no_server_from_ending() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let mut branch = town.branch("tuc").await;
    let _half = [half_a_request(town.at("tuc")).await, half_a_request(&town.admin_at).await];

    let (code, restarts) = ada.post("restart", &serde_json::json!({ "confirm": true })).await;
    assert_eq!(code, 200, "{restarts}");
    tokio::join!(ends_with_open_connections(&mut branch), async {
        assert!(admin.signal("-TERM").await, "it runs");
        ends_with_open_connections(&mut admin).await;
    });

    // Asked twice, it does not wait at all; it takes nobody any more when it has heard the first time.
    let mut branch = town.branch("tuc").await;
    let _half = half_a_request(town.at("tuc")).await;
    assert!(branch.signal("-TERM").await, "it runs");
    until(async || TcpStream::connect(host(town.at("tuc"))).await.is_err()).await;
    branch.ends_at("-INT").await;
    assert!(branch.console().contains("asked once more to end"), "{}", branch.console());
}

async fn ends_with_open_connections(server: &mut Process) {
    let status = server.ends().await;
    assert!(status.success(), "{status}");
    assert!(server.console().contains("connections are still open"), "{}", server.console());
}

/// A connection that the server has accepted: it accepts one after the other.
async fn half_a_request(at: &str) -> TcpStream {
    let mut connection = TcpStream::connect(host(at)).await.expect("a connection");
    connection.write_all(b"GET / HT").await.expect("it is open");
    let answer = reqwest::Client::new().get(format!("{at}/healthz")).send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
    connection
}

fn host(at: &str) -> &str {
    at.strip_prefix("http://").expect("an address")
}
