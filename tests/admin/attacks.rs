//! What somebody with bad intentions tries: each time nothing changes, and nothing is told.

use std::net::IpAddr;

use http::{HeaderValue, Request};
use responder::{
    access::{Permission, Permissions, Rights, SessionToken},
    http::Body,
};
use serde_json::json;

use crate::{
    house::{Answer, House, ORIGIN, PASSWORD, Person, answer_in_json, at, from_our_page, json as with_json},
    walk::need_of,
};

const SETTINGS: &str = "/api/branch/tuc/settings";
const WISH: &str = r#"{"enable_texts":false}"#;

/// Adds headers, in place of those of the same name.
fn with<const N: usize>(mut request: Request<String>, headers: [(&'static str, &str); N]) -> Request<String> {
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse().expect("a header"));
    }
    request
}

fn log_in(name: &str, password: &str) -> Request<String> {
    with_json(from_our_page("POST", "/login"), &json!({ "username": name, "password": password }))
}

/// A browser that somebody has given a session to gets another one when its user logs in.
#[tokio::test]
async fn nobody_chooses_the_session_of_somebody_else() {
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    let eve = house.person("eve", Rights::of([])).await;
    let made_up = SessionToken::random();
    for (token, answers) in [(&made_up, 401), (&eve.token, 401)] {
        let cookie = format!("responder_session={}", token.text());
        let answer = house.ask(with(log_in("ada", PASSWORD), [("cookie", &cookie)])).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(!answer.header("set-cookie").contains(&token.text()), "the session is a new one");
        let asked = Request::get("/api/session").header("cookie", &cookie).body(String::new()).expect("a request");
        assert_eq!(house.ask(asked).await.status, answers, "and the old one is worth nothing");
    }
}

/// With the session of an admin, as a browser sends it by itself.
#[tokio::test]
async fn no_page_of_another_site_can_have_a_browser_do_something() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let (before, csrf) = (house.holding().await, ada.token.csrf());
    let plain = |media: &str, body: &str| {
        let request = Request::post(SETTINGS).header("cookie", ada.cookie()).header("content-type", media);
        request.body(body.to_owned()).expect("a request")
    };
    let own = |media: &str, body: &str| with(plain(media, body), [("origin", ORIGIN)]);
    let right = || with(own("application/json", WISH), [("x-csrf-token", &csrf)]);
    // What a form of another site can send, and how.
    let form = format!("csrf_token={csrf}&enable_texts=false");
    let disguised = r#"{"enable_texts":false,"x":"="}"#;
    for media in ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"] {
        for body in [WISH, disguised, form.as_str()] {
            assert_eq!(house.ask(plain(media, body)).await.status, 403, "{media} {body}");
            let answer = house.ask(with(plain(media, body), [("origin", "https://evil.example")])).await;
            assert_eq!(answer.status, 403, "{media} {body}");
        }
        // Even from our own page and with the token: only JSON is read.
        let answer = house.ask(with(own(media, WISH), [("x-csrf-token", &csrf)])).await;
        assert_eq!(answer.status, 415, "{media}");
    }
    // What the browser says of where it comes from counts before what a header claims.
    for site in ["cross-site", "same-site", "none", ""] {
        assert_eq!(house.ask(with(right(), [("sec-fetch-site", site)])).await.status, 403, "{site:?}");
    }
    let lookalikes = [
        "https://admin.example.com.evil.example",
        "https://admin.example.com:8443",
        "http://admin.example.com",
        "https://ADMIN.example.com@evil.example",
        "https://admin.example.com/",
    ];
    for origin in lookalikes {
        assert_eq!(house.ask(with(right(), [("origin", origin)])).await.status, 403, "{origin}");
    }
    // The token in the address, of the session itself, cut short, twice.
    let mut in_the_address = own("application/json", WISH);
    *in_the_address.uri_mut() = format!("{SETTINGS}?csrf_token={csrf}").parse().expect("a path");
    assert_eq!(house.ask(in_the_address).await.status, 403);
    for token in [ada.token.text(), csrf[..20].to_owned(), csrf.to_uppercase(), format!("{csrf}=")] {
        assert_eq!(house.ask(with(right(), [("x-csrf-token", &token)])).await.status, 403, "{token}");
    }
    let mut twice = right();
    twice.headers_mut().append("x-csrf-token", HeaderValue::from_str(&csrf).expect("a header"));
    assert_eq!(house.ask(twice).await.status, 403);
    // A method that is only claimed.
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let asked = with(ada.get("/api/users/1"), [(name, "DELETE")]);
        assert_eq!(house.ask(asked).await.status, 200, "it is a GET: {name}");
    }
    assert_eq!(house.holding().await, before);
    assert_eq!(house.ask(right()).await.status, 200, "nothing else was wrong");
}

/// Forms show the token in a field: once, and no other place counts beside it.
#[tokio::test]
async fn a_form_shows_its_token_once() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let (before, csrf) = (house.holding().await, ada.token.csrf());
    let fields = "username=zoe&password=a+good+password";
    let send = |body: String| {
        let request = from_our_page("POST", "/users/create").header("cookie", ada.cookie());
        request.header("content-type", "application/x-www-form-urlencoded").body(body).expect("a request")
    };
    for (body, status) in [
        (fields.to_owned(), 403),
        (format!("{fields}&csrf_token="), 403),
        (format!("{fields}&csrf_token=x&csrf_token={csrf}"), 403),
        (format!("{fields}&csrf_token={csrf}&csrf_token={csrf}"), 400),
        (format!("{fields}&username=eve&csrf_token={csrf}"), 400),
        (format!("{fields}&CSRF_TOKEN={csrf}"), 403),
    ] {
        assert_eq!(house.ask(send(body.clone())).await.status, status, "{body}");
    }
    let wrong_header = with(send(format!("{fields}&csrf_token={csrf}")), [("x-csrf-token", "x")]);
    assert_eq!(house.ask(wrong_header).await.status, 403, "a wrong header is not made good by the field");
    assert_eq!(house.holding().await, before);
}

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
    // Ids that would lead elsewhere at the branch or at the provider. This branch has no account, which is the 400: as a
    // name of a recording such an id is one segment of an address, whatever is in it.
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
    let elsewhere = {
        let asked = other.asked.clone();
        let router = axum::Router::new().fallback(async move || {
            asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            answer_in_json(&json!({ "status": "Ready", "message": "stolen" }))
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        at
    };
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

async fn tried(house: &House, request: Request<String>, from: IpAddr) -> Answer {
    let response = house.table.serve(request.map(Body::from), Some(from)).await;
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.as_full().expect("no stream").to_vec()).expect("text");
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// However a name is written, and from wherever: after five tries it is slow, for names that there are and for others.
#[tokio::test]
async fn no_way_of_writing_a_name_gives_more_tries() {
    for name in ["ada", "nobody"] {
        let house = House::with_branch().await;
        house.person("ada", Rights::Admin).await;
        let written =
            [name.to_owned(), name.to_uppercase(), format!(" {name}"), format!("{name}\t"), format!("\u{a0}{name} ")];
        let mut bodies = Vec::new();
        for (n, name) in (1..).zip(&written) {
            let answer = tried(&house, log_in(name, "another password"), [192, 0, 2, n].into()).await;
            assert_eq!(answer.status, 401, "{name:?}");
            bodies.push(answer.body);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "all are answered alike");
        for name in &written {
            let answer = tried(&house, log_in(name, PASSWORD), [192, 0, 2, 99].into()).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, "1"), "{name:?}");
        }
    }
    // What is counted as another name is another name: it lets nobody in.
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    for name in ["ａｄａ", "ada\u{200b}", "a\u{301}da", "ada\u{0}", "ada,bo", "аda"] {
        assert!(
            matches!(tried(&house, log_in(name, PASSWORD), [192, 0, 2, 7].into()).await.status, 401 | 429),
            "{name:?}"
        );
    }
}

/// An address that is only claimed is nobody's: there is no trusted proxy here.
#[tokio::test]
async fn no_claimed_address_gives_more_tries() {
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    for n in 0..5 {
        let (name, address) = (format!("user{n}"), format!("198.51.100.{n}"));
        let request = with(
            log_in(&name, "another password"),
            [("x-forwarded-for", &address), ("forwarded", &format!("for={address}")), ("x-real-ip", &address)],
        );
        assert_eq!(tried(&house, request, [192, 0, 2, 1].into()).await.status, 401);
    }
    let last = with(log_in("user6", PASSWORD), [("x-forwarded-for", "198.51.100.77")]);
    assert_eq!(tried(&house, last, [192, 0, 2, 1].into()).await.status, 429);
}

/// Tokens of servers open nothing that is for people, nor does a session anything that is for servers.
#[tokio::test]
async fn a_token_of_a_branch_opens_nothing_for_people() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let before = house.holding().await;
    for row in house.table.rows() {
        let Some((_, is_page)) = need_of(row) else { continue };
        let path = row.path().replace("{branch}", "tuc").replace("{id}", "1").replace("{sid}", "RE1");
        let request = from_our_page(row.method().as_str(), &path).header("authorization", "Bearer tuc-token");
        let request = request.header("content-type", "application/json").body(WISH.to_owned()).expect("a request");
        assert_eq!(house.ask(request).await.status, if is_page { 302 } else { 401 }, "{row:?}");
    }
    assert_eq!(house.ask(ada.get("/api/internal/branch/tuc/settings")).await.status, 401);
    assert_eq!(house.holding().await, before);
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

/// What may not be done by oneself can't be done by way of what may: no field makes more of somebody.
#[tokio::test]
async fn nobody_makes_more_of_themselves() {
    let house = House::with_branch().await;
    house.person("ada", Rights::Admin).await;
    let bo: Person = house.person("bo", at("tuc", [Permission::View])).await;
    let wish = json!({
        "current_password": PASSWORD, "new_password": "a better password", "is_admin": true, "username": "ada",
        "permissions": { "tuc": ["restart"] }, "id": 1,
    });
    let answer = house.ask(bo.post("/api/password", &wish)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let user = &answer.json()["user"];
    assert_eq!((&user["username"], &user["is_admin"]), (&json!("bo"), &json!(false)));
    assert_eq!(user["permissions"], json!({ "tuc": ["view"] }));
}
