//! Pages of other origins.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::{Ask, FORM, JSON, TYPE},
    case::holds_at,
    desk::{Desk, PAGE},
    heard::Heard,
};

/// A browser that asks first is told what this path takes, if its page is listed; with `OPTIONS` all the same if not.
pub async fn page_asks_first_and_is_told(adapter: Arc<dyn Adapter>) -> Finding {
    let options = |allow| Heard::ours(204, &[("allow", allow)], "");
    let varied = |allow| options(allow).with("vary", VARY_OF_QUESTIONS);
    let told = |allow, methods: &str, headers: &str| {
        let told = varied(allow).with("access-control-allow-origin", PAGE).with("access-control-max-age", "600");
        told.with("access-control-allow-methods", methods).with("access-control-allow-headers", headers)
    };
    let question = |target: &str, origin: &str| {
        Ask::new("OPTIONS", target).header("origin", origin).header("access-control-request-method", "GET")
    };
    let all = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
    let mut cases = vec![
        (
            question("/rows/7", PAGE).header("access-control-request-headers", "x-anything"),
            told(all, "DELETE, GET, HEAD, PATCH, POST, PUT", "content-type, idempotency-key, last-event-id"),
        ),
        (
            question("/webhook", PAGE),
            told("OPTIONS, POST", "POST", "authorization, content-type, idempotency-key, x-signature-256"),
        ),
        (question("/empty", PAGE), told("GET, HEAD, OPTIONS", "GET, HEAD", "last-event-id")),
        (question("/bodiless", PAGE), told("OPTIONS, POST", "POST", "")),
        // Only servers of the provider come here.
        (question("/hold", PAGE), options("OPTIONS, POST")),
        (question("/nothing", PAGE), Heard::not_found()),
        // That is no question.
        (
            Ask::new("OPTIONS", "/empty").header("origin", PAGE),
            varied("GET, HEAD, OPTIONS")
                .with("access-control-allow-origin", PAGE)
                .with("access-control-expose-headers", "retry-after"),
        ),
        (Ask::new("OPTIONS", "/empty"), varied("GET, HEAD, OPTIONS")),
    ];
    cases.extend(STRANGERS.iter().map(|origin| (question("/rows/7", origin), varied(all))));
    holds_at(&adapter, Desk::for_pages()?, cases).await
}

/// Every answer of ours names the origin of the page that asks, if it is listed, and no other ever; whoever keeps
/// answers is told that they differ.
pub async fn page_may_read_if_it_is_listed(adapter: Arc<dyn Adapter>) -> Finding {
    let may = |heard: Heard| {
        let heard = heard.with("vary", "Origin").with("access-control-allow-origin", PAGE);
        heard.with("access-control-expose-headers", "retry-after")
    };
    let empty = || Heard::ours(204, &[], "");
    let pieces = Heard::ours(200, &[], "");
    let ask = |target: &str| Ask::get(target).header("origin", PAGE);
    let report = || Ask::new("POST", "/webhook").header(TYPE, JSON).body("{}").header("origin", PAGE);
    let not_allowed = Heard::error(405, "method_not_allowed", "This address is asked with another method.");
    let mut cases = vec![
        (ask("/empty"), may(empty())),
        (Ask::new("HEAD", "/empty").header("origin", PAGE), may(empty())),
        (ask("/no-pieces"), may(pieces)),
        (ask("/rows/all"), may(Heard::said("all"))),
        (report().header("authorization", "Bearer intake-token"), may(Heard::said("POST /webhook\n{}"))),
        // A page must be able to read that it was refused.
        (report(), may(Heard::unauthorized())),
        (ask("/fails"), may(Heard::error(500, "internal_error", "An internal error occurred."))),
        (ask("/panics"), may(Heard::error(500, "internal_error", "An internal error occurred."))),
        (ask("/nothing"), Heard::not_found()),
        (ask("/form"), not_allowed.with("allow", "OPTIONS, POST")),
        (
            Ask::form("/hold", "a=1").header(TYPE, FORM).header("origin", PAGE),
            Heard::error(403, "invalid_signature", "The request is not signed by the telephony provider."),
        ),
        (Ask::get("/empty"), empty().with("vary", "Origin")),
        (ask("/empty").header("origin", PAGE), empty().with("vary", "Origin")),
        (ask("/empty").header("origin", "https://evil.example"), empty().with("vary", "Origin")),
    ];
    let stranger = |origin: &&str| (Ask::get("/empty").header("origin", origin), empty().with("vary", "Origin"));
    cases.extend(STRANGERS.iter().map(stranger));
    holds_at(&adapter, Desk::for_pages()?, cases).await
}

const VARY_OF_QUESTIONS: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// As hostile pages would like to be called.
const STRANGERS: [&str; 14] = [
    "null",
    "*",
    "",
    "https://evil.example",
    "https://monitor.example.com.evil.example",
    "https://evil.example/https://monitor.example.com",
    "https://evilmonitor.example.com",
    "https://monitor.example.com:443",
    "https://monitor.example.com:8443",
    "https://monitor.example.com/",
    "http://monitor.example.com",
    "HTTPS://MONITOR.EXAMPLE.COM",
    "https://monitor.example.com, https://evil.example",
    "https://monitor.example.com%00",
];
