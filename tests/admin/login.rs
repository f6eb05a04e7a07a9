//! Logging in and out.

use std::time::Duration;

use http::Request;
use responder::{
    access::{AuditAction, Rights},
    driver::Clock,
};
use serde_json::json;

use crate::house::{Answer, House, PASSWORD, from_our_page, json as with_json};

fn log_in(name: &str, password: &str) -> Request<String> {
    with_json(from_our_page("POST", "/login"), &json!({ "username": name, "password": password }))
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

fn ask(cookie: &str) -> Request<String> {
    Request::get("/api/session").header("cookie", cookie).body(String::new()).expect("a request")
}

#[tokio::test]
async fn a_session_begins_lasts_and_ends() {
    let house = House::open();
    house.person("ada", Rights::Admin).await;
    let answer = house.ask(log_in("Ada", PASSWORD)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let set = answer.header("set-cookie");
    for attribute in ["Path=/dashboard", "Max-Age=43200", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(set.contains(attribute), "{set}");
    }
    let first = cookie(&answer);
    let session = house.ask(ask(&first)).await.json();
    assert_eq!(session["user"]["username"], "ada");
    assert_eq!(session["csrf_token"], answer.json()["csrf_token"]);

    // Another login of the same browser gets another session, and the old one is gone.
    let mut again = log_in("ada", PASSWORD);
    again.headers_mut().insert("cookie", first.parse().expect("a cookie"));
    let second = cookie(&house.ask(again).await);
    assert_ne!(first, second);
    assert_eq!((house.ask(ask(&first)).await.status, house.ask(ask(&second)).await.status), (401, 200));

    house.clock.advance(Duration::from_secs(12 * 3600));
    assert_eq!(house.ask(ask(&second)).await.status, 401, "after twelve hours");

    let answer = house.ask(log_in("ada", PASSWORD)).await;
    let (third, csrf) = (cookie(&answer), answer.json()["csrf_token"].as_str().expect("a token").to_owned());
    let out = from_our_page("POST", "/logout").header("cookie", &third).header("x-csrf-token", csrf);
    let out = house.ask(out.body(String::new()).expect("a request")).await;
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(house.ask(ask(&third)).await.status, 401, "after logging out");
    let actions: Vec<_> = house.audit().await.into_iter().map(|recorded| recorded.entry.action).collect();
    use AuditAction::{Login, Logout};
    assert_eq!(actions[..4], [Logout, Login, Login, Login]);
}

/// With a host of its own, the cookie is one that no neighbour in the domain can set.
#[tokio::test]
async fn a_session_is_of_its_host_alone() {
    let house = House::with_own_host();
    house.person("ada", Rights::Admin).await;
    let answer = house.ask(log_in("ada", PASSWORD)).await;
    let set = answer.header("set-cookie");
    assert!(
        set.starts_with("__Host-responder_session=") && set.contains("; Path=/;") && set.contains("Secure"),
        "{set}"
    );
    let own = cookie(&answer);
    assert_eq!(house.ask(ask(&own)).await.status, 200);
    let planted = own.trim_start_matches("__Host-");
    assert_eq!(house.ask(ask(planted)).await.status, 401, "from a neighbour");
    let both = house.ask(ask(&format!("responder_session={}; {own}", "x".repeat(43)))).await;
    assert_eq!(both.status, 200, "nor does it log anybody out");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let house = House::open();
    house.person("ada", Rights::Admin).await;
    let wrong = house.ask(log_in("ada", "another password")).await;
    let recorded = house.audit().await;
    assert_eq!((recorded[0].entry.action, recorded[0].entry.actor.name.as_str()), (AuditAction::LoginFailed, "ada"));
    // Somebody who types their password where the name belongs.
    let unknown = house.ask(log_in("correct-horse-battery", PASSWORD)).await;
    assert_eq!((wrong.status, wrong.body.as_str()), (401, unknown.body.as_str()));
    assert_eq!((wrong.code().as_str(), wrong.header("set-cookie")), ("wrong_password", ""));
    let recorded = house.audit().await;
    assert_eq!(recorded[0].entry.action, AuditAction::LoginFailed);
    assert_eq!((recorded[0].entry.actor.name.as_str(), recorded[0].entry.actor.id), ("somebody unknown", None));
    let all = house.ask(house.person("bo", Rights::Admin).await.get("/api/audit")).await.body;
    assert!(all.contains("somebody unknown") && !all.contains("correct-horse"), "{all}");
    let form = from_our_page("POST", "/login").header("content-type", "application/x-www-form-urlencoded");
    let form = house.ask(form.body("username=ada&password=x".to_owned()).expect("a request")).await;
    assert_eq!(form.status, 200, "a page");
    assert!(form.body.contains("role=\"alert\"") && form.header("set-cookie").is_empty());
}

#[tokio::test]
async fn whoever_tries_passwords_is_slowed_down() {
    let house = House::open();
    house.person("ada", Rights::Admin).await;
    for _ in 0..5 {
        assert_eq!(house.ask(log_in("ada", "another password")).await.status, 401);
    }
    let before = house.clock.now();
    let refused = house.ask(log_in("ada", PASSWORD)).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "also with the right one");
    assert_eq!(house.clock.now(), before);
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(house.ask(log_in("ada", PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn nobody_is_logged_in_from_another_site() {
    let house = House::open();
    house.person("ada", Rights::Admin).await;
    for origin in [None, Some("https://evil.example"), Some("null")] {
        let mut request = log_in("ada", PASSWORD);
        request.headers_mut().remove("origin");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        assert_eq!(house.ask(request).await.status, 403, "{origin:?}");
    }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let change =
        |old: &str, new: &str| ada.post("/api/password", &json!({ "current_password": old, "new_password": new }));
    assert_eq!(house.ask(change("another password", "a better password")).await.status, 401);
    let tried = house.audit().await[0].entry.clone();
    assert_eq!((tried.action, tried.actor.id), (AuditAction::LoginFailed, Some(ada.user.id)));
    assert_eq!(tried.after, Some(json!({ "failed": "the current password was wrong" })));
    assert_eq!(house.ask(change(PASSWORD, "short")).await.status, 400);
    assert_eq!(house.ask(ask(&ada.cookie())).await.status, 200, "nothing has changed");
    let changed = house.ask(change(PASSWORD, "a better password")).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(house.ask(ask(&ada.cookie())).await.status, 401);
    assert_eq!(house.ask(ask(&cookie(&changed))).await.status, 200);
    assert_eq!(house.ask(log_in("ada", PASSWORD)).await.status, 401);
    assert_eq!(house.ask(log_in("ada", "a better password")).await.status, 200);
}

/// Whoever sends a form without a script reads words, and whoever is logged out by the time is sent to log in.
#[tokio::test]
async fn a_form_is_never_answered_with_json() {
    let house = House::with_branch().await;
    let ada = house.person("ada", Rights::Admin).await;
    let read = |mut request: Request<String>| {
        let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        request.headers_mut().insert("accept", html.parse().expect("a header"));
        request
    };
    let wrong = [("current_password", "another password"), ("new_password", "a better password")];
    let short = [("current_password", PASSWORD), ("new_password", "short")];
    for (fields, status, words) in
        [(wrong, 401, "That is not your current password."), (short, 400, "This password can")]
    {
        let answer = house.ask(read(ada.form("/api/password", &fields))).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"));
        assert!(answer.body.contains(words), "{}", answer.body);
    }
    let old = house.ask(read(ada.form("/logout", &[("csrf_token", "x")]))).await;
    assert!(old.status == 403 && old.body.contains("load the page again"), "{} {}", old.status, old.body);
    house.clock.advance(Duration::from_secs(12 * 3600));
    for path in ["/logout", "/api/password"] {
        let answer = house.ask(read(ada.form(path, &wrong))).await;
        assert_eq!((answer.status, answer.header("location")), (302, "/dashboard/login"), "{path}: {}", answer.body);
        let program = house.ask(ada.form(path, &wrong)).await;
        assert_eq!((program.status, program.code().as_str()), (401, "unauthorized"), "{path}");
    }
    let elsewhere = Request::post("/login").header("content-type", "application/x-www-form-urlencoded");
    let elsewhere = elsewhere.body("username=ada&password=x".to_owned()).expect("a request");
    let answer = house.ask(read(elsewhere)).await;
    assert!(answer.status == 403 && answer.body.contains("<html"), "{} {}", answer.status, answer.body);
}
