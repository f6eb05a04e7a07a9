//! What is in a body.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;

use crate::http::Body;
use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::{Ask, FORM, JSON, TYPE},
    case::holds,
    desk::Desk,
    finding::{ensure, same, soon},
    heard::Heard,
    wire::Server,
};

/// Other content types than the declared ones are 415.
pub async fn body_has_a_type(adapter: Arc<dyn Adapter>) -> Finding {
    let refused = || {
        let message = "This endpoint does not accept this content type.";
        Heard::error(415, "unsupported_content_type", message)
    };
    let post = |target: &str, content_type: &str, body: &'static str| {
        Ask::new("POST", target).header(TYPE, content_type).body(body)
    };
    let cases = vec![
        (post("/form", FORM, "a=1"), Heard::said("POST /form\na=1")),
        (post("/form", "application/x-www-form-urlencoded; charset=utf-8", ""), Heard::said("POST /form\n")),
        (Ask::new("POST", "/form"), Heard::said("POST /form\n")),
        (Ask::new("POST", "/form").body("a=1"), refused()),
        (post("/form", JSON, "{}"), refused()),
        (post("/form", "multipart/form-data; boundary=x", "--x--"), refused()),
        (post("/json", JSON, "{}"), Heard::said("POST /json\n{}")),
        (post("/json", FORM, "a=1"), refused()),
        (post("/json", "text/plain", "{}"), refused()),
        (Ask::new("POST", "/json"), refused()),
        (Ask::new("PATCH", "/rows/7").header(TYPE, JSON).body("{}"), Heard::said("PATCH /rows/7\nid=7\n{}")),
        (Ask::new("PATCH", "/rows/7").header(TYPE, FORM).body("a"), Heard::said("PATCH /rows/7\nid=7\na")),
        (Ask::new("PATCH", "/rows/7").header(TYPE, "text/xml").body("a"), refused()),
    ];
    holds(&adapter, cases).await
}

/// Fields that can't be read, or in two ways, are 400; bytes of a body are not touched.
pub async fn body_that_can_not_be_read_is_400(adapter: Arc<dyn Adapter>) -> Finding {
    let twice = || Heard::error(400, "duplicate_field", "A field comes more than once.");
    let malformed = || Heard::error(400, "malformed_form", "The fields are not well-formed UTF-8, or too many.");
    let binary = Ask::new("POST", "/json").header(TYPE, JSON).body(&b"\0\xff\r\n\r\nGET / HTTP/1.1\r\n"[..]);
    let cases = vec![
        (Ask::form("/form", "a=1&a=2"), twice()),
        (Ask::form("/form", "a=1&%61=2"), twice()),
        (Ask::form("/form", "a=%ff"), malformed()),
        (Ask::form("/form", &b"a=\xff"[..]), malformed()),
        (Ask::form("/form?b=%ff", "a=1"), malformed()),
        (Ask::form("/form", "a=1%26b&c=+x"), Heard::said("POST /form\na=1%26b&c=+x")),
        (
            binary,
            Heard::said(
                r"POST /json
\x00\xff\r\n\r\nGET / HTTP/1.1\r\n",
            ),
        ),
    ];
    holds(&adapter, cases).await
}

/// Pieces are put together, however small and slow, with what belongs to the framing left out.
pub async fn body_comes_in_chunks_and_slowly(adapter: Arc<dyn Adapter>) -> Finding {
    let chunks = ["a", "=1", "&b=", "2"].map(|chunk| Bytes::from_static(chunk.as_bytes()));
    let ask = Ask::new("POST", "/form").header(TYPE, FORM);
    holds(&adapter, vec![(ask.clone().chunks(chunks), Heard::said("POST /form\na=1&b=2"))]).await?;

    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let framed = ask.clone().header("transfer-encoding", "chunked").bytes(adapter.prefix());
    let body: &[u8] = b"1;name=value\r\na\r\n2\r\n=1\r\n0\r\nx-late: 1\r\n\r\n";
    let sized = ask.header("content-length", "3").bytes(adapter.prefix());
    for request in [[&*framed, body].concat(), [&*sized, b"a=1"].concat()] {
        let mut wire = server.connect().await?;
        for byte in request {
            wire.send(&[byte]).await?;
        }
        same(&wire.answer("POST").await?.heard, &Heard::said("POST /form\na=1"), "a body that comes byte by byte")?;
    }
    Ok(())
}

/// A body that breaks off is no body: no handler takes the part for the whole.
pub async fn body_cut_off_reaches_no_handler(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let ask = Ask::new("POST", "/form").header(TYPE, FORM);
    let mut request = ask.request(adapter.prefix())?;
    *request.body_mut() = Body::stream(stream::iter([Ok(Bytes::from_static(b"a=1")), Err("connection reset")]));
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "an answer in memory").await?;
    let expected = Heard::error(400, "unreadable_body", "The body could not be read to its end.");
    same(&Heard::of(response).await?, &expected, "in memory")?;

    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let sized = ask.clone().header("content-length", "9").bytes(adapter.prefix());
    let chunked = ask.header("transfer-encoding", "chunked").bytes(adapter.prefix());
    for request in
        [[&*sized, b"a=1"].concat(), [&*chunked, b"3\r\na=1\r\n"].concat(), [&*chunked, b"9\r\na=1"].concat()]
    {
        let mut wire = server.connect().await?;
        wire.send(&request).await?;
        wire.hang_up_sending().await;
        let rest = wire.rest().await?;
        let is_refused = rest.is_empty() || rest.starts_with(b"HTTP/1.1 400 ");
        ensure(is_refused, || format!("a body that breaks off is answered with {}", rest.escape_ascii()))?;
    }
    same(&desk.seen.runs(), &0, "runs of handlers")
}

/// A request that states two lengths is refused, or has the body that its chunks say. Never is it taken for two.
pub async fn body_of_two_lengths_is_one_request(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let chunked = b"3\r\na=1\r\n0\r\n\r\n";
    for lengths in
        [["content-length: 3", "transfer-encoding: chunked"], ["transfer-encoding: chunked", "content-length: 70000"]]
    {
        let mut wire = server.connect().await?;
        let line = format!("POST {}/form HTTP/1.1\r\nhost: h\r\n{TYPE}: {FORM}\r\n", adapter.prefix());
        let head = format!("{line}connection: close\r\n{}\r\n\r\n", lengths.join("\r\n"));
        wire.send(&[head.as_bytes(), chunked].concat()).await?;
        let heard = wire.answer("POST").await?.heard;
        let is_right = heard == Heard::said("POST /form\na=1") || heard.status == 400;
        ensure(is_right, || format!("{lengths:?} is answered with {heard:?}"))?;
        let rest = wire.rest().await?;
        ensure(rest.is_empty(), || format!("{lengths:?} is answered twice: {}", rest.escape_ascii()))?;
    }
    Ok(())
}
