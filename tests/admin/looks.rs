//! What pages look like from the side of security: nothing that anybody wrote is markup, nothing is kept on the way.

use http::{Method, Request};
use responder::{
    access::Rights,
    http::{Access, Credential},
};
use serde_json::{Value, json};

use crate::house::{House, ORIGIN, PASSWORD, Person, answer_in_json, from_our_page, json as with_json};

/// What breaks out of text, of an attribute, and of a script.
const EVIL: &str = r#"'"><img src=x onerror=alert(1)></script><!--"#;

const EMERGENCY: &str = "01arz3ndektsv4rrffq69g5fav";

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// An emergency whose every text was written by somebody who means harm.
fn emergency() -> Value {
    json!({
        "id": EMERGENCY, "branch": "tuc", "phase": "seeking", "outcome": null, "closing_because": null,
        "created_at": "2026-11-16T03:00:00Z", "accepted_at": null, "concluded_at": null, "accepted": false,
        "technician": { "name": EVIL, "number": "+15005550001" },
        "customer": { "name": EVIL, "callback_number": EVIL, "address": EVIL, "description": EVIL },
        "attempts": [{ "number": "+15005550001", "kind": "notification", "call_sid": EVIL, "status": EVIL,
            "started_at": "2026-11-16T03:00:01Z", "ended_at": null }],
        "legs": [{ "number": "+15005550101", "call_sid": "CA00000000000000000000000000000001", "status": EVIL,
            "started_at": "2026-11-16T03:00:04Z" }],
        "people": [{ "name": EVIL, "number": "+15005550009" }],
        "timeline": [
            { "event": "webhook_received", "timestamp": "2026-11-16T03:00:00Z", "data": { "url": EVIL } },
            { "event": EVIL, "timestamp": EVIL, "data": { EVIL: EVIL } },
        ],
        "recordings": [],
    })
}

fn branch(path: &str) -> axum::response::Response {
    answer_in_json(&match path {
        "/api/status" => json!({ "status": EVIL, "message": EVIL }),
        "/api/emergencies" => json!({ "status": "success", "emergencies": [emergency()], "next": null }),
        _ if path.starts_with("/api/emergencies/") => emergency(),
        _ => json!({ "status": "success" }),
    })
}

/// A house in which everything was written that can be written.
async fn soiled() -> (House, Person) {
    let house = House::with_branch_that(branch).await;
    let ada = house.person("ada", Rights::Admin).await;
    let texts = json!({
        "company_name": EVIL, "recording_notice": EVIL, "TWILIO_AUTH_TOKEN": TOKEN,
        "RECIPIENT_PHONES": [{ "name": EVIL, "number": "+15005550009" }],
        "ESCALATION_PHONES": [{ "name": EVIL, "number": "+15005550008" }],
        "DEBUG_WEBHOOK_URL": "https://hooks.example.com/'onmouseover=alert(1)",
    });
    let saved = house.ask(ada.post("/api/branch/tuc/settings", &texts)).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    // Where a log was sent is shown to admins; the name of somebody who could not log in is not kept.
    let tried = with_json(from_our_page("POST", "/login"), &json!({ "username": EVIL, "password": EVIL }));
    assert_eq!(house.ask(tried).await.status, 401);
    let sent = json!({ "webhook_url": "https://'\"onerror=alert(1).example" });
    assert_eq!(house.ask(ada.post("/api/branch/tuc/firehose", &sent)).await.status, 200);
    (house, ada)
}

fn path_of(template: &str) -> String {
    template.replace("{branch}", "tuc").replace("{id}", EMERGENCY).replace("{sid}", "RE1")
}

#[tokio::test]
async fn nothing_that_anybody_wrote_is_markup() {
    let (house, ada) = soiled().await;
    let mut shown = Vec::new();
    for row in house.table.rows().filter(|row| *row.method() == Method::GET) {
        let is_page = matches!(row.access(), Access::AnyOf(all) if matches!(all.as_slice(), [Credential::Page(_)]));
        if !is_page && row.path() != "/login" {
            continue;
        }
        for query in ["", "?said=%27%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"] {
            let page = house.ask(ada.get(&format!("{}{query}", path_of(row.path())))).await;
            assert_eq!(page.status, 200, "{row:?}: {}", page.body);
            let text = page.body.to_lowercase();
            for markup in ["<img", "'\"><", "</script><!--", " onerror=alert(1)>", "'onmouseover", "javascript:"] {
                assert!(!text.contains(markup), "{row:?}{query}: {markup}");
            }
            assert!(!text.contains(TOKEN), "{row:?}: a secret");
            // What is not in a file of ours is not run.
            for tag in text.split("<script").skip(1) {
                assert!(tag.starts_with(" src=\"/dashboard/"), "{row:?}: a script of its own");
            }
            assert!(!text.contains("<style") && !text.contains(" style="), "{row:?}: a style of its own");
            if text.contains("onerror") {
                shown.push(row.path().to_owned());
            }
        }
    }
    shown.dedup();
    for path in ["/", "/branch/{branch}", "/branch/{branch}/emergency/{id}", "/branch/{branch}/settings", "/audit"] {
        assert!(shown.iter().any(|shown| shown == path), "{path} shows what people wrote, escaped: {shown:?}");
    }
}

/// Nobody on the way keeps what is about people, nothing is guessed to be a page, and no other site shows ours.
#[tokio::test]
async fn private_answers_are_kept_nowhere() {
    let (house, ada) = soiled().await;
    let mut looked_at = 0;
    for row in house.table.rows().filter(|row| *row.method() == Method::GET) {
        let (path, is_asset) = (path_of(row.path()), row.path().starts_with("/status/assets/"));
        if path.ends_with("/events") {
            continue;
        }
        // With and without a session, and refused: all of it is private.
        let alone = Request::get(&path).body(String::new()).expect("a request");
        for request in [ada.get(&path), alone, ada.get(&format!("{path}/nothing"))] {
            let answer = house.ask(request).await;
            let kept = answer.header("cache-control");
            let may_be_kept = is_asset && answer.status == 200;
            assert!(may_be_kept || kept == "no-store", "{row:?}: {} {kept:?}", answer.status);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{row:?}");
            assert!(answer.header("access-control-allow-origin").is_empty(), "{row:?}");
            if answer.header("content-type").starts_with("text/html") {
                let policy = answer.header("content-security-policy");
                for part in ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
                    assert!(policy.contains(part), "{row:?}: {policy}");
                }
                assert!(!policy.contains("unsafe"), "{policy}");
                assert_eq!(answer.header("x-frame-options"), "DENY", "{row:?}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 12, "{looked_at} pages");
    // A page of another site that asks all the same is told nothing by which its browser would let it read.
    let mut asked = ada.get("/api/branches");
    asked.headers_mut().insert("origin", "https://evil.example".parse().expect("a header"));
    assert!(house.ask(asked).await.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}

/// From the beginning of a session to its end, and for a wrong password: the same attributes, for us alone.
#[tokio::test]
async fn the_cookie_is_for_us_alone() {
    let (house, _) = soiled().await;
    let log_in = || with_json(from_our_page("POST", "/login"), &json!({ "username": "ada", "password": PASSWORD }));
    let begun = house.ask(log_in()).await;
    let (cookie, csrf) = (begun.header("set-cookie").to_owned(), begun.json()["csrf_token"].clone());
    let own = cookie.split(';').next().expect("one").to_owned();
    let out = Request::post("/logout").header("cookie", &own).header("origin", ORIGIN);
    let out = out.header("x-csrf-token", csrf.as_str().expect("a token")).body(String::new()).expect("a request");
    let ended = house.ask(out).await;
    for set in [&*cookie, ended.header("set-cookie")] {
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/dashboard"] {
            assert!(set.contains(attribute), "{set}");
        }
        assert!(!set.contains("Domain="), "{set}");
    }
    assert!(!begun.body.contains(own.split_once('=').expect("a pair").1), "scripts do not see it");
}
