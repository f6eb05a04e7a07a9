//! Paths and queries: what arrives is what was written.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::Ask,
    case::holds,
    desk::Desk,
    finding::{ensure, same},
    heard::Heard,
    wire::Server,
};

/// Parameters are decoded once, whatever they decode to; what a signature covers stays as it was written.
pub async fn path_is_decoded_once_and_kept_raw(adapter: Arc<dyn Adapter>) -> Finding {
    let row =
        |raw: &str, id: &str| (Ask::get(format!("/rows/{raw}")), Heard::said(&format!("GET /rows/{raw}\nid={id}\n")));
    let long = "a".repeat(8_000);
    let cases = vec![
        row("a%2Fb%2520%C3%AB", r"a/b%20\xc3\xab"),
        row("%252F", "%2F"),
        row("%2e%2e", ".."),
        row("..", ".."),
        row("%", "%"),
        row("%zz%4", "%zz%4"),
        row("%00", r"\x00"),
        row("%3Fq=1", "?q=1"),
        row("%23", "#"),
        row("a+b;c=1,d:e@f!$&'()*", r"a+b;c=1,d:e@f!$&\'()*"),
        row("a%20b%0d%0ac", r"a b\r\nc"),
        row(&long, "8000 bytes"),
        (Ask::get("/%72ows/7"), Heard::said("GET /%72ows/7\nid=7\n")),
        (Ask::get("/%65mpty"), Heard::ours(204, &[], "")),
        (Ask::new("OPTIONS", "/%65mpty"), Heard::ours(204, &[("allow", "GET, HEAD, OPTIONS")], "")),
        (Ask::get("/a%2Fleft/left"), Heard::said("GET /a%2Fleft/left\nkind=a/left\n")),
    ];
    holds(&adapter, cases).await
}

/// Nothing is tidied up: slashes too many, dots, other letters, and bytes that are no UTF-8 lead nowhere.
pub async fn path_that_is_none_is_404(adapter: Arc<dyn Adapter>) -> Finding {
    let targets = [
        "/rows/%ff",
        "/rows/%c3%28",
        "/%ff",
        "/a%2Fb",
        "/rows%2F7",
        "/rows/7/",
        "/rows/",
        "/rows//",
        "//rows/7",
        "/rows//7",
        "///",
        "/empty/",
        "/empty//",
        "/Empty",
        "/ROWS/7",
        "/./empty",
        "/rows/../empty",
        "/../empty",
        "/%2e%2e/empty",
        "/%2e/empty",
        "/empty%00",
        "/empty%20",
        "/empty;a=1",
        "/empty/?a=1",
        "//empty?a=1",
    ];
    let cases = targets.map(|target| (Ask::get(target), Heard::not_found()));
    holds(&adapter, cases.into()).await
}

/// Bytes that belong in no request line are refused, by the server or by us. If they are let in, nothing is lost.
pub async fn path_of_any_bytes_reaches_nobody_unread(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    for id in [&b"\xff\xfe"[..], b"\xc3\x28", b"a\x80b", b"\xed\xa0\x80"] {
        let mut wire = server.connect().await?;
        let line = [b"GET ", adapter.prefix().as_bytes(), b"/rows/", id, b" HTTP/1.1\r\nhost: h\r\n\r\n"].concat();
        wire.send(&line).await?;
        let heard = wire.answer("GET").await?.heard;
        ensure(matches!(heard.status, 400 | 404), || format!("/rows/{} is {heard:?}", id.escape_ascii()))?;
        same(&desk.seen.runs(), &0, "runs of handlers for bytes that are no text")?;
    }
    Ok(())
}

/// As clients write it to proxies. Of the origin nothing is believed.
pub async fn path_in_absolute_form_is_the_same(adapter: Arc<dyn Adapter>) -> Finding {
    let via = |target: &str| Ask::get(target).via("http://elsewhere.example.com:81");
    let mut cases = vec![
        (via("/rows/a%2Fb?q=%41"), Heard::said("GET /rows/a%2Fb?q=%41\nid=a/b\n")),
        (via("//empty"), Heard::not_found()),
        (via(""), Heard::said("GET /\n")),
    ];
    if adapter.prefix().is_empty() {
        cases.push((via("/"), Heard::said("GET /\n")));
        cases.push((Ask::new("OPTIONS", "*"), Heard::not_found()));
    }
    holds(&adapter, cases).await
}

/// The query is handed on to the byte; what can be read in two ways is refused.
pub async fn query_is_kept_raw(adapter: Arc<dyn Adapter>) -> Finding {
    let kept = |query: &str| {
        let target = format!("/rows/7{query}");
        (Ask::get(&*target), Heard::said(&format!("GET {target}\nid=7\n")))
    };
    let malformed = || Heard::error(400, "malformed_form", "The fields are not well-formed UTF-8, or too many.");
    let cases = vec![
        kept("?q=%41%20+%2B&b=/c?d&&=&e"),
        kept("?"),
        kept("??a"),
        kept("?a=%"),
        kept("?a=../../etc"),
        kept("?%71=1"),
        (Ask::get("/rows/7?a=1&a=2"), Heard::error(400, "duplicate_field", "A field comes more than once.")),
        (Ask::get("/rows/7?a=1&%61=2"), Heard::error(400, "duplicate_field", "A field comes more than once.")),
        (Ask::get("/rows/7?a=%ff"), malformed()),
        (Ask::get("/nothing?a=%ff"), Heard::not_found()),
        (Ask::form("/form?q=%2B", "a=1"), Heard::said("POST /form?q=%2B\na=1")),
    ];
    holds(&adapter, cases).await
}
