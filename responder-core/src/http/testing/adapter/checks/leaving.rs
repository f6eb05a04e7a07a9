//! Clients that go away.

use std::sync::Arc;

use futures_util::FutureExt;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::Ask,
    desk::Desk,
    finding::{ensure, same},
    heard::Heard,
    wire::Server,
};

/// A handler whose client has left is dropped, and what it holds with it. Others go on.
pub async fn handler_is_dropped_when_nobody_waits(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let request = Ask::get("/waits").request(adapter.prefix())?;
    let mut answer = Box::pin(adapter.answer(desk.endpoints.clone(), request));
    ensure(answer.as_mut().now_or_never().is_none(), || "a handler that waits has answered".to_owned())?;
    desk.seen.has_begun().await?;
    drop(answer);
    desk.seen.is_gone().await.map_err(|violation| violation.at("in memory"))?;

    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    for _ in 0..3 {
        let mut wire = server.connect().await?;
        wire.send(&Ask::get("/waits").bytes(adapter.prefix())).await?;
        desk.seen.has_begun().await?;
        drop(wire);
        desk.seen.is_gone().await.map_err(|violation| violation.at("over a socket"))?;
    }
    let mut wire = server.connect().await?;
    wire.send(&Ask::get("").bytes(adapter.prefix())).await?;
    same(&wire.answer("GET").await?.heard, &Heard::said("GET /\n"), "the answer to who comes after")
}
