//! Where servers listen: on loopback, one beside the other.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

use axum::Router;

/// Nothing listens on port 1.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// A port that stays free while a server restarts: below those from which the system takes one for each connection.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_this_process = u16::try_from(std::process::id() % 64).unwrap_or(0) * 256;
    loop {
        let port = 12_000 + of_this_process + NEXT.fetch_add(1, Ordering::Relaxed) % 256;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// An address at such a port.
pub(crate) fn free_address() -> String {
    format!("http://127.0.0.1:{}", free_port())
}

/// A server of the test itself; gives its address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
    at
}
