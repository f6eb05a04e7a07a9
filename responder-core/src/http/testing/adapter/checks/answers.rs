//! Answers: status, headers, and bodies that are there already.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::Ask,
    case::{holds, in_memory, over_wire},
    desk::Desk,
    finding::same,
    heard::Heard,
    wire::{Framing, Server},
};

/// `HEAD` has the status and headers of `GET`, its length among them, and no body.
pub async fn head_is_get_without_a_body(adapter: Arc<dyn Adapter>) -> Finding {
    let head = |target: &str, expected: Heard| (Ask::new("HEAD", target), expected.without_body());
    let cases = vec![
        head("", Heard::said("GET /\n")),
        head("/rows/7?q=1", Heard::said("GET /rows/7?q=1\nid=7\n")),
        head("/large", Heard::ours(200, &[("content-length", "1048576")], "")),
        head("/empty", Heard::ours(204, &[], "")),
        head("/unchanged", Heard::ours(304, &[("etag", "\"7\"")], "")),
        head("/nothing", Heard::not_found()),
        head("/fails", failure()),
        head("/relayed", Heard::ours(200, &[("content-length", "16")], "")),
    ];
    holds(&adapter, cases).await
}

/// Of a stream nobody knows the length, and for `HEAD` none is begun.
pub async fn head_starts_no_stream(adapter: Arc<dyn Adapter>) -> Finding {
    let targets = ["/stream", "/pieces", "/endless", "/no-pieces", "/broken"];
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    for target in targets {
        let (ask, expected) = (Ask::new("HEAD", target), Heard::ours(200, &[], ""));
        same(&in_memory(&adapter, &desk, &ask).await?, &expected, &format!("HEAD {target} in memory"))?;
        same(&over_wire(&adapter, &server, &ask).await?, &expected, &format!("HEAD {target} over a socket"))?;
    }
    same(&desk.seen.pieces(), &0, "pieces that were made for HEAD")
}

/// Statuses and headers of a handler stand, also repeated ones and those that we would else write ourselves.
pub async fn answer_has_its_status_and_headers(adapter: Arc<dyn Adapter>) -> Finding {
    let teapot = [("content-length", "0"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-own", "\u{e9}")];
    let moved = [("content-length", "0"), ("location", "/rows/7?q=%41")];
    let cases = vec![
        (Ask::get("/empty"), Heard::ours(204, &[], "")),
        (Ask::get("/unchanged"), Heard::ours(304, &[("etag", "\"7\"")], "")),
        (Ask::get("/moved"), Heard::ours(302, &moved, "")),
        (Ask::get("/teapot"), Heard::ours(418, &teapot, "")),
        (Ask::get("/kept"), Heard::ours(200, &[("cache-control", "max-age=60"), ("content-length", "0")], "")),
        (Ask::get("/large"), Heard::said(&"x".repeat(1024 * 1024))),
    ];
    holds(&adapter, cases).await?;
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    for (target, framing) in [("/empty", Framing::Nothing), ("/teapot", Framing::Length(0))] {
        let mut wire = server.connect().await?;
        wire.send(&Ask::get(target).bytes(adapter.prefix())).await?;
        same(&wire.answer("GET").await?.framing, &framing, &format!("how the end of {target} is told"))?;
    }
    Ok(())
}

/// Errors and panics of a handler are a plain 500.
pub async fn answer_to_a_failure_is_plain(adapter: Arc<dyn Adapter>) -> Finding {
    holds(&adapter, vec![(Ask::get("/fails"), failure()), (Ask::get("/panics"), failure())]).await
}

fn failure() -> Heard {
    Heard::error(500, "internal_error", "An internal error occurred.")
}
