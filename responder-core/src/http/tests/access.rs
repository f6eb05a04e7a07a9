use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::desk::{Answer, PUBLIC, ask, ask_at, desk, form, key, keys, request, signed, tokens};
use crate::http::testing::{Finding, intrusions};
use crate::http::{Access, Call, Endpoint, Endpoints, Keys, Signatures, no_content};
use crate::signature::{Algorithm, Payload, with_body_hash};

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status, if answer.status == 200 { answer.body.clone() } else { answer.code() })
}

fn fails(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn basic(user_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(user_and_password))
}

#[tokio::test]
async fn strangers_are_refused_everywhere() {
    let desk = desk();
    assert_eq!(intrusions(&desk).await, []);
    desk.set_keys(Keys::default());
    assert_eq!(intrusions(&desk).await, []);
}

#[tokio::test]
async fn a_door_that_is_open_is_found() {
    let desk = desk();
    desk.set_keys(Keys { signatures: Signatures::Off, ..keys() });
    let found: Vec<Finding> = intrusions(&desk).await;
    let is_open = |endpoint: &str| found.iter().any(|finding| finding.endpoint == endpoint && finding.runs == 1);
    assert!(is_open("POST /hold") && is_open("GET /hold") && is_open("POST /mixed"));
    assert!(!is_open("POST /webhook") && !is_open("GET /healthz"));

    let weak = Keys { operator_password: Some(key("uninvited")), ..Keys::default() };
    desk.set_keys(weak);
    let found = intrusions(&desk).await;
    assert!(found.iter().any(|finding| finding.endpoint == "GET /api/logs" && finding.with == "a wrong password"));
}

#[tokio::test]
async fn a_provider_signs_the_public_address() {
    let url = format!("{PUBLIC}/hold?leg=0&x=%2B");
    let fields = [("CallSid", "CA1"), ("From", "+15005550001")];
    let body = "CallSid=CA1&From=%2B15005550001";
    let hold = |signature: String| form("/hold?leg=0&x=%2B").header("x-twilio-signature", signature);
    let good = ask(hold(signed(&url, &fields)).body(body).expect("a request")).await;
    assert_eq!(outcome(&good), (200, format!("provider POST {body}")));

    let old = crate::signature::AuthTokens::new("old-auth-token".into()).expect("a token");
    let pairs: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let rotated = old.sign(&url, Payload::Form(&pairs)).expect("a signature");
    assert_eq!(ask(hold(rotated).body(body).expect("a request")).await.status, 200, "during rotation");

    let refused = fails(403, "invalid_signature");
    let elsewhere = ["https://help.example.com/hold?leg=0&x=%2B", &format!("{PUBLIC}/hold?leg=0&x=+"), PUBLIC];
    for url in elsewhere {
        let answer = ask(hold(signed(url, &fields)).body(body).expect("a request")).await;
        assert_eq!(outcome(&answer), refused, "{url}");
    }
    let changed = ask(hold(signed(&url, &fields)).body("CallSid=CA2").expect("a request")).await;
    assert_eq!(outcome(&changed), refused);
    let twice = hold(signed(&url, &fields)).header("x-twilio-signature", "x").body(body).expect("a request");
    assert_eq!(outcome(&ask(twice).await), refused, "two signatures");
    let unsigned = ask(form("/hold?leg=0").body(body).expect("a request")).await;
    assert_eq!((outcome(&unsigned), unsigned.header("www-authenticate")), (refused, None));
}

#[tokio::test]
async fn a_provider_may_sign_with_sha_256_if_it_says_so() {
    let url = format!("{PUBLIC}/hold?leg=0");
    let body = "CallSid=CA1&From=%2B15005550001";
    let sign = |algorithm| tokens().sign_with(algorithm, &url, Payload::Encoded(body.as_bytes())).expect("a signature");
    let hold = |signature: &str, settings: &[&str]| {
        let signed = form("/hold?leg=0").header("x-twilio-signature", signature);
        let request = settings.iter().fold(signed, |r, said| r.header("x-twilio-webhooks-signature-settings", *said));
        request.body(body).expect("a request")
    };
    let (short, long) = (sign(Algorithm::HmacSha1), sign(Algorithm::HmacSha256));
    let settings = Algorithm::HmacSha256.settings("webhooks_key_1");
    let old = crate::signature::AuthTokens::new("old-auth-token".into()).expect("a token");
    let rotated = old.sign_with(Algorithm::HmacSha256, &url, Payload::Encoded(body.as_bytes())).expect("a signature");
    for (signature, settings) in
        [(&long, &[settings.as_str()][..]), (&rotated, &[&settings]), (&short, &["algorithm=HMAC_SHA1"])]
    {
        assert_eq!(ask(hold(signature, settings)).await.status, 200, "{settings:?}");
    }
    let refused = fails(403, "invalid_signature");
    for (signature, settings) in [
        (&long, &[][..]),
        (&short, &[settings.as_str()][..]),
        (&long, &["algorithm=HMAC_SHA512"]),
        (&long, &["key=webhooks_key_1"]),
        (&long, &[&settings, &settings]),
        (&short, &["algorithm=HMAC_SHA1", "algorithm=HMAC_SHA1"]),
    ] {
        assert_eq!(outcome(&ask(hold(signature, settings)).await), refused, "{settings:?}");
    }
}

#[tokio::test]
async fn a_provider_may_ask_by_get_and_with_json() {
    let url = format!("{PUBLIC}/hold?leg=0");
    let signature = signed(&url, &[]);
    let get = request("GET", "/hold?leg=0").header("x-twilio-signature", signature).body("").expect("a request");
    assert_eq!(ask(get).await.status, 200);

    let body = "{\"to\":\"+15005550001\"}";
    let target = with_body_hash("/make_call", body.as_bytes());
    let signature = tokens().sign(&format!("{PUBLIC}{target}"), Payload::Body(body.as_bytes())).expect("a signature");
    let json = |body: &'static str| {
        request("POST", &target)
            .header("content-type", "application/json")
            .header("x-twilio-signature", signature.as_str())
            .body(body)
            .expect("a request")
    };
    assert_eq!(ask(json(body)).await.status, 200);
    assert_eq!(outcome(&ask(json("{}")).await), fails(403, "invalid_signature"));
}

#[tokio::test]
async fn a_user_shows_the_token_of_the_app() {
    let mine = async |authorization: &str| {
        ask(request("GET", "/mine").header("authorization", authorization).body("").expect("a request")).await
    };
    assert_eq!(outcome(&mine("Bearer user-token").await), (200, "user 7 GET ".to_owned()));
    for wrong in ["Bearer intake-token", "Bearer tuc-token", "Basic user-token", "Bearer", "Bearer  ", "user-token"] {
        let answer = mine(wrong).await;
        let refused = (outcome(&answer), answer.header("www-authenticate"));
        assert_eq!(refused, (fails(401, "unauthorized"), Some("Bearer")), "{wrong}");
    }
    let webhook = request("POST", "/webhook").header("authorization", "Bearer user-token").body("{}");
    assert_eq!(ask(webhook.expect("a request")).await.status, 401, "users are no reporters");
}

#[tokio::test]
async fn checks_come_in_their_order() {
    let long = "a".repeat(70_000);
    let text = |path: &str| request("POST", path).header("content-type", "text/plain");
    let cases = [
        (text("/nothing").body(long.clone()), fails(404, "not_found")),
        (request("PUT", "/hold").body(long.clone()), fails(405, "method_not_allowed")),
        (text("/webhook").body(long.clone()), fails(401, "unauthorized")),
        (text("/hold").body(long.clone()), fails(403, "invalid_signature")),
        (text("/hold").header("x-twilio-signature", "bm8=").body(long), fails(413, "body_too_large")),
        (text("/hold").body("a".into()), fails(403, "invalid_signature")),
        (form("/hold").body("a=%ff".into()), fails(403, "invalid_signature")),
        (text("/fields").body("a=1&a=1".into()), fails(415, "unsupported_content_type")),
        (form("/fields").body("a=1&a=1".into()), fails(400, "duplicate_field")),
    ];
    for (request, expected) in cases {
        assert_eq!(outcome(&ask(request.expect("a request")).await), expected);
    }
    let signature = signed(&format!("{PUBLIC}/hold"), &[("a", "1"), ("a", "2")]);
    let twice = form("/hold").header("x-twilio-signature", signature).body("a=1&a=2").expect("a request");
    assert_eq!(outcome(&ask(twice).await), fails(400, "duplicate_field"), "signed, and still two-faced");
}

#[tokio::test]
async fn who_reports_shows_a_token_or_signs() {
    let body = "what do ya want for nothing?";
    let mac = {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"intake-secret").expect("a key");
        mac.update(body.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let webhook = |name: &str, value: &str| {
        let builder = request("POST", "/webhook").header("content-type", "application/json");
        builder.header(name, value).body(body).expect("a request")
    };
    let signature = format!("sha256={mac}");
    let cases = [
        (webhook("authorization", "Bearer intake-token"), (200, format!("intake POST {body}"))),
        (webhook("authorization", "bearer  intake-token"), (200, format!("intake POST {body}"))),
        (webhook("authorization", "Bearer poc-token"), (200, format!("poc POST {body}"))),
        (webhook("x-signature-256", &signature), (200, format!("intake POST {body}"))),
        (webhook("x-signature-256", &mac), fails(401, "unauthorized")),
        (webhook("authorization", "Bearer intake-token "), (200, format!("intake POST {body}"))),
        (webhook("authorization", "Bearer INTAKE-TOKEN"), fails(401, "unauthorized")),
        (webhook("authorization", "Basic intake-token"), fails(401, "unauthorized")),
        (webhook("authorization", &basic("operator:pass:word")), fails(401, "unauthorized")),
    ];
    for (request, expected) in cases {
        assert_eq!(outcome(&ask(request).await), expected);
    }
    let both = request("POST", "/webhook")
        .header("content-type", "application/json")
        .header("authorization", "Bearer wrong")
        .header("x-signature-256", &signature);
    assert_eq!(ask(both.body(body).expect("a request")).await.status, 200, "one of them is enough");
    let refused = ask(webhook("authorization", "Bearer wrong")).await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    let mixed = form("/mixed").header("x-signature-256", &signature).body(body).expect("a request");
    assert_eq!(outcome(&ask(mixed).await), (200, format!("intake POST {body}")));
}

#[tokio::test]
async fn a_token_opens_its_own_branch() {
    let settings = |branch: &str, token: &str| {
        let builder = request("GET", &format!("/settings/{branch}"));
        builder.header("authorization", format!("Bearer {token}")).body("").expect("a request")
    };
    assert_eq!(outcome(&ask(settings("tuc", "tuc-token")).await), (200, "tuc GET ".to_owned()));
    assert_eq!(outcome(&ask(settings("poc", "poc-token")).await), (200, "poc GET ".to_owned()));
    assert_eq!(outcome(&ask(settings("poc", "tuc-token")).await), fails(401, "unauthorized"));
    assert_eq!(outcome(&ask(settings("tuc", "intake-token")).await), fails(401, "unauthorized"));
}

#[tokio::test]
async fn a_browser_may_look_and_needs_our_page_to_change() {
    let logs = |method: &str, headers: &[(&str, &str)]| {
        let builder = request(method, "/api/logs").header("authorization", basic("operator:pass:word"));
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body("").expect("a request")
    };
    let foreign = fails(403, "cross_origin");
    let cases = [
        ("GET", &[][..], (200, "operator GET ".to_owned())),
        ("GET", &[("sec-fetch-site", "cross-site")], (200, "operator GET ".to_owned())),
        ("DELETE", &[], foreign.clone()),
        ("DELETE", &[("sec-fetch-site", "same-origin")], (200, "operator DELETE ".to_owned())),
        ("DELETE", &[("sec-fetch-site", "same-site")], foreign.clone()),
        ("DELETE", &[("sec-fetch-site", "cross-site"), ("origin", "https://help.example.com")], foreign.clone()),
        ("DELETE", &[("origin", "https://help.example.com")], (200, "operator DELETE ".to_owned())),
        ("DELETE", &[("origin", "https://evil.example.com")], foreign.clone()),
        ("DELETE", &[("origin", "null")], foreign.clone()),
        ("DELETE", &[("origin", "https://help.example.com"), ("origin", "x")], foreign.clone()),
    ];
    for (method, headers, expected) in cases {
        assert_eq!(outcome(&ask(logs(method, headers)).await), expected, "{method} {headers:?}");
    }
    let wrong = request("GET", "/api/logs").header("authorization", basic("admin:pass:word"));
    let wrong = ask(wrong.body("").expect("a request")).await;
    let challenges: Vec<_> = wrong.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(challenges, ["Basic realm=\"responder\", charset=\"UTF-8\"", "Bearer"]);
    let by_token = request("DELETE", "/api/logs").header("authorization", "Bearer intake-token");
    assert_eq!(ask(by_token.body("").expect("a request")).await.status, 200, "no browser sends this by itself");
}

#[tokio::test]
async fn keys_change_while_it_runs() {
    let desk = desk();
    let copy = desk.map_handlers(|row| row.handler().clone());
    let reload = |token: &str| {
        request("POST", "/api/reload").header("authorization", format!("Bearer {token}")).body("").expect("a request")
    };
    assert_eq!(ask_at(&desk, reload("tuc-token")).await.status, 200);
    desk.set_keys(Keys { branch_tokens: vec![("tuc".into(), key("new-token"))], ..Keys::default() });
    for endpoints in [&desk, &copy] {
        assert_eq!(ask_at(endpoints, reload("tuc-token")).await.status, 401);
        assert_eq!(ask_at(endpoints, reload("new-token")).await.status, 200);
    }
}

#[tokio::test]
async fn signatures_can_be_switched_off() {
    let off = desk();
    off.set_keys(Keys { signatures: Signatures::Off, ..Keys::default() });
    let answer = ask_at(&off, form("/hold").body("a=1").expect("a request")).await;
    assert_eq!(outcome(&answer), (200, "provider POST a=1".to_owned()));
    let answer = ask_at(&off, form("/hold").body("a=%ff").expect("a request")).await;
    assert_eq!(outcome(&answer), fails(400, "malformed_form"));
}

#[tokio::test]
async fn a_table_without_keys_lets_nobody_in() {
    let handler: Arc<dyn crate::http::Handler> = Arc::new(async |_: Call| Ok(no_content()));
    let row = Endpoint::get("/api/logs", Access::operator(), async |_: Call| Ok(no_content())).with_handler(handler);
    let table = Endpoints::builder(PUBLIC.parse().expect("a URL")).endpoint(row).build().expect("a table");
    for authorization in ["Bearer ", "Bearer", &basic("operator:"), &basic("operator:x")] {
        let request = request("GET", "/api/logs").header("authorization", authorization).body("").expect("a request");
        assert_eq!(ask_at(&table, request).await.status, 401, "{authorization}");
    }
}
