//! People who close their browser after they have asked for something: it is done to its end.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, response::IntoResponse};
use http::{Request, StatusCode};
use responder::access::{AuditAction, Rights};
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Notify};

use crate::{
    common::{patience::until, place::serve},
    house::House,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_a_report_is_noted_though_nobody_waits_for_it() {
    let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tells, waits) = (Arc::clone(&asked), Arc::clone(&go_on));
    let refuses = Router::new().fallback(async move || {
        tells.notify_one();
        waits.notified().await;
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    });
    let house = House::with_branch_at(&serve(refuses).await);
    let ada = house.person("ada", Rights::Admin).await;
    let service = responder::axum::router::<()>(house.table.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });

    let report = json!({
        "chosen_phone": "+15005550001", "customer_name": "Bo", "user_stated_callback_number": "+15005550101",
        "incident_address": "Here", "emergency_description_text": "Water",
    });
    let mut browser = TcpStream::connect(at).await.expect("a connection");
    browser.write_all(&bytes(ada.post("/api/branch/tuc/trigger", &report))).await.expect("it is open");
    asked.notified().await;
    drop(browser);
    // Whoever asks next is answered after the server has seen that nobody waits there any more.
    let next = reqwest::get(format!("http://{at}/healthz")).await.expect("an answer");
    assert_eq!(next.status(), 200);
    go_on.notify_one();
    until(async || {
        let newest = &house.audit().await[0].entry;
        newest.action == AuditAction::EmergencyTriggered && newest.after == Some(json!({ "failed": 503 }))
    })
    .await;
}

fn bytes(request: Request<String>) -> Vec<u8> {
    let (head, body) = request.into_parts();
    let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", head.method, head.uri);
    for (name, value) in &head.headers {
        text += &format!("{name}: {}\r\n", value.to_str().expect("text"));
    }
    format!("{text}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
