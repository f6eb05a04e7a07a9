//! Asking in both ways.

use std::sync::Arc;

use super::ask::Ask;
use super::desk::Desk;
use super::finding::{ensure, same, soon};
use super::heard::Heard;
use super::wire::Server;
use super::{Adapter, Finding, Violation};

/// Asks each in memory and over a connection of its own, and compares both with what should come. Tells all that is
/// wrong, not only the first.
pub(super) async fn holds(adapter: &Arc<dyn Adapter>, cases: Vec<(Ask, Heard)>) -> Finding {
    holds_at(adapter, Desk::open()?, cases).await
}

/// The same with another table.
pub(super) async fn holds_at(adapter: &Arc<dyn Adapter>, desk: Desk, cases: Vec<(Ask, Heard)>) -> Finding {
    let server = Server::open(adapter, desk.endpoints.clone()).await?;
    let mut wrong = Vec::new();
    for (ask, expected) in &cases {
        let in_memory = in_memory(adapter, &desk, ask).await.and_then(|heard| same(&heard, expected, "in memory"));
        let on_wire = over_wire(adapter, &server, ask).await.and_then(|heard| same(&heard, expected, "over a socket"));
        for outcome in [in_memory, on_wire] {
            wrong.extend(outcome.err().map(|violation| violation.at(&ask.describe()).0));
        }
    }
    ensure(wrong.is_empty(), || format!("{} wrong answers\n{}", wrong.len(), wrong.join("\n")))
}

pub(super) async fn in_memory(adapter: &Arc<dyn Adapter>, desk: &Desk, ask: &Ask) -> Result<Heard, Violation> {
    let request = ask.request(adapter.prefix())?;
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "an answer in memory").await?;
    Heard::of(response).await
}

pub(super) async fn over_wire(adapter: &Arc<dyn Adapter>, server: &Server, ask: &Ask) -> Result<Heard, Violation> {
    let mut wire = server.connect().await?;
    wire.send(&ask.bytes(adapter.prefix())).await?;
    Ok(wire.answer(ask.method).await?.heard)
}
