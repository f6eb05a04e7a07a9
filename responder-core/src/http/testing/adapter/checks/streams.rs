//! Answers that are streams.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use http_body::Body as _;

use crate::http::testing::adapter::{
    Adapter, Finding, Violation,
    ask::Ask,
    case::holds,
    desk::{Desk, ENDLESS},
    finding::{ensure, same, soon},
    heard::Heard,
    wire::{Framing, Server},
};

/// Each piece arrives before the next is made: nobody collects them.
pub async fn stream_arrives_piece_by_piece(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let request = Ask::get("/stream").request(adapter.prefix())?;
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "the head of a stream in memory").await?;
    let mut body = pin!(response.into_body());
    for at in 1..=3 {
        desk.seen.let_one_pass();
        let frame = soon(poll_fn(|context| body.as_mut().poll_frame(context)), "a piece in memory").await?;
        let piece = frame.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
        same(&piece, &Some(format!("piece {at}\n").into()), "a piece in memory")?;
    }

    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    wire.send(&Ask::get("/stream").bytes(adapter.prefix())).await?;
    // The head does not wait for the first piece.
    let (_, _, framing) = wire.head("GET").await?;
    same(&framing, &Framing::Chunked, "how a stream is framed")?;
    for at in 1..=3 {
        desk.seen.let_one_pass();
        same(&wire.chunk().await?, &Some(format!("piece {at}\n").into_bytes()), "a piece over a socket")?;
    }
    same(&desk.seen.pieces(), &3, "pieces that were made")
}

/// In chunks, to the last; with a length, if the handler knows one.
pub async fn stream_is_framed(adapter: Arc<dyn Adapter>) -> Finding {
    // Each asked once in memory and once over a socket; the pieces are counted through.
    let pieces =
        |first: usize, count: usize| (first..first + count).map(|at| format!("piece {at}\n")).collect::<String>();
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let cases = [
        ("/pieces", Framing::Chunked, Heard::ours(200, &[], &pieces(1, 3))),
        ("/no-pieces", Framing::Chunked, Heard::ours(200, &[], "")),
        ("/relayed", Framing::Length(16), Heard::ours(200, &[("content-length", "16")], &pieces(4, 2))),
    ];
    let mut wire = server.connect().await?;
    for (target, framing, expected) in cases {
        wire.send(&Ask::get(target).bytes(adapter.prefix())).await?;
        let answer = wire.answer("GET").await.map_err(|violation| violation.at(target))?;
        same(&answer.heard, &expected, target)?;
        same(&answer.framing, &framing, &format!("how {target} is framed"))?;
    }
    holds(&adapter, vec![(Ask::get("/no-pieces"), Heard::ours(200, &[], ""))]).await
}

/// A stream that fails ends like a connection that fails, never like a stream that is complete.
pub async fn stream_that_fails_breaks_off(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    desk.seen.let_one_pass();
    desk.seen.let_one_pass();
    let request = Ask::get("/broken").request(adapter.prefix())?;
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "the head of a stream in memory").await?;
    let complete = Heard::of(response).await;
    ensure(complete.is_err(), || format!("in memory, a stream that fails is complete: {complete:?}"))?;

    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    wire.send(&Ask::get("/broken").bytes(adapter.prefix())).await?;
    let (status, _, _) = wire.head("GET").await?;
    same(&status, &200, "the status of a stream that fails later")?;
    desk.seen.let_one_pass();
    same(&wire.chunk().await?, &Some(b"piece 1\n".to_vec()), "the piece before it fails")?;
    desk.seen.let_one_pass();
    let rest = wire.rest().await?;
    ensure(rest.is_empty(), || format!("after a stream has failed comes {}", rest.escape_ascii()))
}

/// Nobody goes on making pieces for a reader who is gone.
pub async fn stream_ends_when_nobody_reads(adapter: Arc<dyn Adapter>) -> Finding {
    for target in ["/endless", "/stream"] {
        let desk = Desk::open()?;
        desk.seen.let_one_pass();
        let request = Ask::get(target).request(adapter.prefix())?;
        let response = soon(adapter.answer(desk.endpoints.clone(), request), "a stream in memory").await?;
        let mut body = Box::pin(response.into_body());
        let piece = soon(poll_fn(|context| body.as_mut().poll_frame(context)), "a piece in memory").await?;
        ensure(matches!(piece, Some(Ok(_))), || format!("{target}: no first piece in memory"))?;
        drop(body);
        desk.seen.is_gone().await.map_err(|violation| violation.at(&format!("{target} in memory")))?;
        same(&desk.seen.pieces(), &1, &format!("pieces of {target} that were made for one that was read"))?;

        let desk = Desk::open()?;
        desk.seen.let_one_pass();
        let server = Server::open(&adapter, desk.endpoints.clone()).await?;
        let mut wire = server.connect().await?;
        wire.send(&Ask::get(target).bytes(adapter.prefix())).await?;
        wire.head("GET").await?;
        let piece = wire.chunk().await?;
        same(&piece, &Some(b"piece 1\n".to_vec()), "the first piece over a socket")?;
        drop(wire);
        desk.seen.is_gone().await.map_err(|violation: Violation| violation.at(&format!("{target} over a socket")))?;
        ensure(desk.seen.pieces() < ENDLESS, || format!("{target} was made to its end for nobody"))?;
    }
    Ok(())
}
