use std::{io::Read, sync::Mutex};

use ::http::Request;
use tempfile::TempDir;

use super::*;
use crate::{
    Timestamp,
    branch::BranchSettings,
    driver::SystemClock,
    emergency::{Policy, Report},
    http::{Endpoints, Key, Keys},
    notify::{MockWebhookSender, TargetError, WebhookAnswer},
    script::{Links, Script},
    store::MemoryStore,
    telephony::MockTelephony,
    timeline::file::{LogFile, LogSettings},
};

type Posts = Arc<Mutex<Vec<WebhookPost>>>;

/// Takes everything but what is inside.
fn sender(posts: &Posts) -> MockWebhookSender {
    let mut sender = MockWebhookSender::new();
    let posts = posts.clone();
    sender.expect_post().returning(move |post| {
        if post.url.expose_secret().contains("127.0.0.1") {
            return Err(TargetError::NotPublic.into());
        }
        posts.lock().expect("a lock").push(post);
        Ok(WebhookAnswer { status: 202, retry_after: None })
    });
    sender
}

/// With a log that lasts as long as its folder.
async fn desk(posts: &Posts, target: Option<&str>) -> (Endpoints, TempDir) {
    let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
    let settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let store = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
    let (telephony, script) = (Arc::new(MockTelephony::new()), Script::default());
    let branch = Branch::new("tuc".parse().expect("a key"), settings, store, telephony, script, links);
    let folder = tempfile::tempdir().expect("a folder");
    let log = LogFile::new(folder.path().join("tuc.log"), LogSettings::default());
    log.append("OLD", Timestamp::now(), &format!("{}ü", "x".repeat(100 << 10))).expect("a log");
    log.append("NEW", Timestamp::now(), "the log").expect("a log");
    let branch = Arc::new(branch.with_log(Arc::new(log)));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    branch.report(report, None).await.expect("a report");
    let firehose = Arc::new(Firehose::new(Arc::new(sender(posts)), "here"));
    firehose.set_target(target.map(Into::into));
    let key = |text: &str| Some(Key::new(text.into()).expect("a key"));
    let keys = Keys { intake_token: key("token"), operator_password: key("password"), ..Keys::default() };
    let rows = firehose_rows(&branch, &firehose);
    (super::super::endpoints(&branch).endpoints(rows).keys(keys).build().expect("a table"), folder)
}

fn is_end_of_log(text: &str) -> bool {
    (99 << 10..=100 << 10).contains(&text.len()) && text.ends_with(" - the log\n") && !text.contains("OLD")
}

async fn ask(desk: &Endpoints, method: &str, query: &str, authorization: &str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(format!("/debug_firehose{query}"));
    let request = request.header("authorization", authorization).body(String::new()).expect("a request");
    let response = desk.serve(request, None).await;
    let status = response.status().as_u16();
    let body = response.into_body().as_full().expect("no stream").to_vec();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

const BEARER: &str = "Bearer token";

#[tokio::test]
async fn log_and_timeline_go_where_they_should() {
    let posts = Posts::default();
    let (desk, _folder) = desk(&posts, None).await;
    for method in ["GET", "POST"] {
        let (status, answer) = ask(&desk, method, "?webhook_url=https://hooks.example/a%3Fb", BEARER).await;
        assert_eq!(status, 200, "{answer}");
        let (target, count) = ("https://hooks.example/a?b", answer["timeline"].as_array().expect("events").len());
        assert_eq!(answer["target"], target);
        assert_eq!(answer["results"], json!([{ "posted_to": target, "status_code": 202 }]));
        assert!(count > 1 && answer["timeline_count"] == count, "{answer}");
        assert_eq!(answer["timeline"][count - 1]["event"], "webhook_received", "newest first");
        let post = posts.lock().expect("a lock").pop().expect("a post");
        assert_eq!(post.url.expose_secret(), target);
        let payload: Value = serde_json::from_slice(&post.body).expect("JSON");
        assert_eq!(payload["event"], "debug_firehose_log_dump");
        assert!(payload["timestamp"].as_str().is_some_and(|at| at.parse::<Timestamp>().is_ok()));
        let metadata = json!({ "hostname": "here", "public_url": "https://help.example.com/tuc" });
        assert_eq!(payload["metadata"], metadata);
        assert_eq!(payload["timeline"], answer["timeline"]);
        assert!(is_end_of_log(payload["raw_log_snippet"].as_str().expect("a text")));
    }
}

#[tokio::test]
async fn the_target_is_named_first_by_webhook_url_and_checked() {
    let posts = Posts::default();
    let (with, _folder) = desk(&posts, Some("https://set.example/secret")).await;
    let (without, _folder) = desk(&posts, None).await;
    let target = async |desk: &Endpoints, query: &str| {
        let (status, answer) = ask(desk, "GET", query, BEARER).await;
        let code = answer["code"].as_str().or(answer["target"].as_str()).unwrap_or_default().to_owned();
        (status, code)
    };
    let both = "?webhook=https://b.example&webhook_url=https://a.example";
    assert_eq!(target(&with, both).await, (200, "https://a.example".to_owned()));
    assert_eq!(target(&with, "?webhook=https://b.example").await, (200, "https://b.example".to_owned()));
    assert_eq!(target(&with, "?webhook_url=").await, (200, "https://set.example".to_owned()), "without its path");
    assert_eq!(target(&without, "").await, (400, "no_target".to_owned()));
    let (status, inside) = ask(&with, "GET", "?webhook_url=http://127.0.0.1/", BEARER).await;
    assert!(status == 200 && inside["results"][0]["error"].is_string(), "{inside}");
    assert_eq!(target(&with, "?encoding=zip").await, (400, "invalid_field".to_owned()));
    let sent: Vec<_> = posts.lock().expect("a lock").iter().map(|post| post.url.expose_secret().to_owned()).collect();
    assert_eq!(sent, ["https://a.example", "https://b.example", "https://set.example/secret"]);
}

#[tokio::test]
async fn a_browser_can_t_be_led_to_it() {
    let posts = Posts::default();
    let (desk, _folder) = desk(&posts, Some("https://set.example")).await;
    // operator:password
    let basic = "Basic b3BlcmF0b3I6cGFzc3dvcmQ=";
    for (method, authorization) in [("GET", basic), ("GET", "Bearer other"), ("POST", ""), ("GET", "")] {
        let status = ask(&desk, method, "", authorization).await.0;
        assert_eq!(status, 401, "{method} {authorization}");
    }
    assert_ne!(ask(&desk, "POST", "", basic).await.0, 200, "a form of another site");
    assert_eq!(posts.lock().expect("a lock").len(), 0);
}

#[tokio::test]
async fn a_long_log_can_be_made_shorter() {
    let unzipped = |bytes: &[u8]| {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).expect("gzip");
        text
    };
    let posts = Posts::default();
    let (desk, _folder) = desk(&posts, Some("https://set.example")).await;
    assert_eq!(ask(&desk, "POST", "?encoding=gzip", BEARER).await.0, 200);
    let post = posts.lock().expect("a lock").pop().expect("a post");
    assert_eq!(post.headers["content-encoding"], "gzip");
    let payload: Value = serde_json::from_str(&unzipped(&post.body)).expect("JSON");
    assert!(is_end_of_log(payload["raw_log_snippet"].as_str().expect("a text")));

    assert_eq!(ask(&desk, "POST", "?encoding=base64", BEARER).await.0, 200);
    let post = posts.lock().expect("a lock").pop().expect("a post");
    let payload: Value = serde_json::from_slice(&post.body).expect("JSON");
    assert_eq!(payload["metadata"]["raw_log_encoding"], "gzip+base64");
    let snippet = STANDARD.decode(payload["raw_log_snippet"].as_str().expect("a text")).expect("base64");
    assert!(is_end_of_log(&unzipped(&snippet)));
}
