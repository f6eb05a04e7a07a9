//! Ways to what is not meant: by too much, by paths, by names, by the addresses of others.

use http::Request;
use responder::access::{Permissions, Rights};
use serde_json::json;

use super::{SETTINGS, with};
use crate::{
    common::place::serve,
    house::{House, PASSWORD, answer_in_json, at, from_our_page, json as with_json},
};

#[tokio::test]
async fn too_much_is_not_taken_in() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let before = house.holding().await;
    let long = "x".repeat(64 << 10);
    let mut asked = 0;
    for row in
        house.table.rows().filter(|row| *row.method() == http::Method::POST || *row.method() == http::Method::PUT)
    {
        if matches!(row.body(), responder::http::BodyRule::Empty) {
            continue;
        }
        let path = row.path().replace("{branch}", "tuc").replace("{id}", "1");
        let request = || with_json(ada.request(row.method().as_str(), &path), &json!({}));
        let body = json!({ "confirm": true, "username": long, "password": long }).to_string();
        assert_eq!(house.ask(request().map(|_| body)).await.status, 413, "{row:?}");
        // What is only claimed to come is not waited for.
        let claimed = with(request(), [("content-length", "99999999999")]);
        assert_eq!(house.ask(claimed).await.status, 413, "{row:?}");
        asked += 1;
    }
    assert!(asked > 8, "{asked}");
    assert_eq!(house.holding().await, before);
}

/// Whoever may look at one branch finds no way to another by how the path is written.
#[tokio::test]
async fn no_path_leads_to_another_branch() {
    let house = House::with_branch().await;
    let bo = house.person("bo", at("poc", Permissions::ALL)).await;
    let before = house.holding().await;
    let ways = [
        "/api/branch/tuc%2Fstatus",
        "/api/branch/poc%2F..%2Ftuc/status",
        "/api/branch/poc/../tuc/status",
        "/api/branch/poc/%2e%2e/tuc/status",
        "/api/branch/poc%00/status",
        "/api/branch/tuc%00poc/status",
        "/api/branch/TUC/status",
        "/api/branch/tuc;poc/status",
        "/api/branch/tuc%20/status",
        "/api/branch//status",
        "/api/branch/%74uc/status",
        "//api/branch/tuc/status",
        "/api/branch/tuc/status/",
        "/api/branch/tuc/status?branch=poc",
        "/api/branch/tuc/recordings/..%2F..%2Fpoc/media",
        "/branch/%74uc",
        "/branch/poc%2f..%2ftuc",
        "/branch/tuc/../poc",
        "/api/branch/%ff/status",
    ];
    for way in ways {
        let answer = house.ask(bo.get(way)).await;
        assert!(matches!(answer.status, 403 | 404), "{way}: {} {}", answer.status, answer.body);
    }
    // Ids that would lead elsewhere at the branch or at the provider. This branch has no account, which is the 400: as
    // a name of a recording such an id is one segment of an address, whatever is in it.
    for id in ["..", "%2e%2e%2fstatus", "x%2F..%2F..%2Frestart", "a%3Fb", "%0d%0ax:y", "RE1%2F..%2FRE2"] {
        for (path, method) in
            [("emergencies/ID", "GET"), ("recordings/ID/media", "GET"), ("emergencies/ID/cancel", "POST")]
        {
            let path = format!("/api/branch/poc/{}", path.replace("ID", id));
            let answer = house.ask(bo.request(method, &path).body(String::new()).expect("a request")).await;
            let is_refused = matches!(answer.status, 403 | 404) || answer.code() == "no_account";
            assert!(is_refused, "{path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(house.holding().await, before);
}

/// Nothing that somebody says becomes a header, a line or a name.
#[tokio::test]
async fn names_hold_no_lines() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let before = house.holding().await;
    for name in ["bo\r\nset-cookie: x=y", "bo\u{0}", "bö", "ｂｏ", "<b>", "../bo", "bo bo", "bo'--"] {
        let body = json!({ "username": name, "password": "a good password" });
        assert_eq!(house.ask(ada.post("/api/users", &body)).await.status, 400, "{name:?}");
        let fields = [("username", name), ("password", "a good password")];
        let answer = house.ask(ada.form("/users/create", &fields)).await;
        assert_eq!(answer.header("location"), "/dashboard/users?said=invalid_username", "{name:?}");
    }
    for branch in ["tuc\r\nx: y", "../tuc", "rex", "TUC", ""] {
        let body = json!({ "username": "bo", "password": "a good password", "permissions": { branch: ["view"] } });
        assert_eq!(house.ask(ada.post("/api/users", &body)).await.status, 400, "{branch:?}");
    }
    assert_eq!(house.holding().await, before);
    let said = house.ask(ada.get("/users?said=x%0d%0aset-cookie:%20a=b")).await;
    assert!(!said.headers.contains_key("set-cookie"));
}

/// The token of a branch goes to its server alone, wherever that sends us.
#[tokio::test]
async fn a_branch_sends_us_nowhere() {
    let other = House::with_branch().await;
    let asked = other.asked.clone();
    let steals = axum::Router::new().fallback(async move || {
        asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answer_in_json(&json!({ "status": "Ready", "message": "stolen" }))
    });
    let elsewhere = format!("{}/", serve(steals).await);
    let house = House::with_branch_that(move |_| {
        let mut response = axum::response::Response::new(axum::body::Body::from(r#"{"status":"Ready"}"#));
        *response.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
        response.headers_mut().insert("location", elsewhere.parse().expect("a header"));
        response
    })
    .await;
    let ada = house.person("ada", Rights::Admin).await;
    let status = house.ask(ada.get("/api/branch/tuc/status")).await.json();
    assert_eq!(status["status"], "Offline");
    for path in ["emergencies", "logs?all", "events"] {
        let answer = house.ask(ada.get(&format!("/api/branch/tuc/{path}"))).await;
        assert!(answer.header("location").is_empty() && !answer.body.contains("stolen"), "{path}: {}", answer.body);
    }
    house.ask(ada.post("/api/branch/tuc/restart", &json!({ "confirm": true }))).await;
    assert!(house.asked.load(std::sync::atomic::Ordering::SeqCst) > 4, "the branch itself was asked");
    assert_eq!(other.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

/// Addresses are no way into the machine of the admin server: it asks for none that people enter.
#[tokio::test]
async fn an_address_that_is_entered_is_none_for_us() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    for url in ["file:///etc/passwd", "javascript:alert(1)", "gopher://127.0.0.1", "//127.0.0.1", "data:text/html,x"] {
        for name in ["DEBUG_WEBHOOK_URL", "hold_music_url"] {
            let answer = house.ask(ada.post(SETTINGS, &json!({ name: url }))).await;
            assert_eq!(answer.status, 400, "{name} {url}: {}", answer.body);
        }
    }
    // What the log is sent to is an argument of the branch, which looks at it; more of its address can't be said.
    let wish = json!({ "webhook_url": "http://127.0.0.1/?a=b&encoding=gzip#x", "path": "/api/restart" });
    assert_eq!(house.ask(ada.post("/api/branch/tuc/firehose", &wish)).await.status, 200);
    assert_eq!(house.audit().await[0].entry.subject.as_deref(), Some("127.0.0.1"));
}

/// Neither the name of the host nor a port that a request claims is used for anything.
#[tokio::test]
async fn a_claimed_host_leads_nowhere() {
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    let claims = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")];
    let page = Request::get("/").body(String::new()).expect("a request");
    assert_eq!(house.ask(with(page, claims)).await.header("location"), "/dashboard/login");
    let form = from_our_page("POST", "/login").header("content-type", "application/x-www-form-urlencoded");
    let form = form.body(format!("username=ada&password={}", PASSWORD.replace(' ', "+"))).expect("a request");
    let answer = house.ask(with(form, claims)).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/dashboard/"));
    assert!(answer.header("set-cookie").contains("Secure"), "whatever the request says of its transport");
    assert!(!answer.header("set-cookie").contains("Domain"), "for this host alone");
}
