//! Bad input: the right status, and nothing changes.

mod desk;
mod table;

use std::sync::{Arc, Mutex};

use desk::Desk;
use http::{HeaderValue, Request};
use responder::http::Body;
use table::Row;

#[tokio::test]
async fn hostile_requests_are_answered_and_change_nothing() {
    let console = Console::listen();
    let desk = Desk::open().await;
    let mut before = desk.holding().await;
    let rows = table::rows(&desk.known.to_string());
    assert!(rows.len() >= 100, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        let response = desk.ask(request(row)).await;
        let status = response.status().as_u16();
        let body = response.into_body();
        let error: serde_json::Value = body.as_full().and_then(|b| serde_json::from_slice(b).ok()).unwrap_or_default();
        let fits = status == row.status
            && row.code.is_none_or(|code| error["code"] == code)
            && row.field.is_none_or(|field| error["field"] == field)
            && tells_nothing(&body);
        if !fits {
            wrong.push(format!("{}: {status} {error}", row.what));
        }
        let after = desk.holding().await;
        if after != before {
            wrong.push(format!("{}: something changed", row.what));
            before = after;
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    let written = console.written();
    assert!(written.contains("caller refused"), "diagnostics are heard");
    for secret in ["5005550", "the-intake-token", "the-auth-token", "the-branch-token", "the-password", "evil.example"]
    {
        assert!(!written.contains(secret), "{secret} is on the console");
    }
    println!("{} hostile requests: right status, nothing changed, nothing told", rows.len());
}

/// Everything that is written to the console, at the most talkative level.
#[derive(Clone, Default)]
struct Console(Arc<Mutex<Vec<u8>>>);

impl Console {
    fn listen() -> Self {
        let (console, level) = (Self::default(), tracing::Level::TRACE);
        let writer = console.clone();
        let listener = tracing_subscriber::fmt().with_max_level(level).with_writer(move || writer.clone()).finish();
        tracing::subscriber::set_global_default(listener).expect("the only listener");
        console
    }

    fn written(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("a console")).into_owned()
    }
}

impl std::io::Write for Console {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a console").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The same table proves that a right request is let in, so that the rows above are not refused for another reason.
#[tokio::test]
async fn a_right_report_is_taken_in() {
    let desk = Desk::open().await;
    let before = desk.holding().await;
    let request = Request::post("/webhook")
        .header("content-type", "application/json; charset=utf-8")
        .header("authorization", "Bearer the-intake-token")
        .body(br#" {"chosen_phone":"+15005550001","customer_name":null,"unknown":[{}]}"#.to_vec());
    let response = desk.ask(request.expect("a request")).await;
    assert_eq!(response.status(), 200);
    assert!(desk.holding().await != before);
}

/// Every row of the table refuses whoever has no credentials, or wrong ones.
#[tokio::test]
async fn nobody_comes_in_without_credentials() {
    let desk = Desk::open().await;
    assert_eq!(responder::http::testing::intrusions(&desk.endpoints).await, []);
}

fn request(row: &Row) -> Request<Vec<u8>> {
    let mut request = Request::builder().method(row.method).uri(&row.target);
    for (name, value) in &row.headers {
        request = request.header(*name, HeaderValue::from_bytes(value).expect("a header value"));
    }
    request.body(row.body.clone()).expect("a request")
}

/// Errors hold neither secrets nor anything internal.
fn tells_nothing(body: &Body) -> bool {
    let text = String::from_utf8_lossy(body.as_full().map_or(&[][..], |bytes| bytes)).into_owned();
    ["the-intake-token", "the-auth-token", "the-branch-token", "the-password", "panicked", ".rs"]
        .iter()
        .all(|secret| !text.contains(secret))
}
