//! Sessions: of others, made for others, used by the pages of others, or for more than they are.

use http::{HeaderValue, Request};
use responder::access::{Permission, Rights, SessionToken};
use serde_json::json;

use super::{SETTINGS, WISH, log_in, with};
use crate::{
    house::{House, ORIGIN, PASSWORD, Person, at, from_our_page},
    walk::need_of,
};

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
