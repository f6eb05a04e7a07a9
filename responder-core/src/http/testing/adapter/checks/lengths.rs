//! How long a body may be, and how long it may take.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::stream;

use crate::http::Body;
use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::{Ask, FORM, TYPE},
    case::holds,
    desk::{Desk, MOST},
    finding::{ensure, same, soon},
    heard::Heard,
    wire::Server,
};

/// 64 KiB, and not a byte more: with a length and without, and for each endpoint its own limit.
pub async fn body_is_limited_however_it_comes(adapter: Arc<dyn Adapter>) -> Finding {
    let bytes = |count: usize| Bytes::from(vec![b'a'; count]);
    let unframed = |target: &str| Ask::new("POST", target).header(TYPE, FORM);
    let fits = || Heard::said("POST /form\n65536 bytes");
    let cases = vec![
        (Ask::form("/form", bytes(MOST)), fits()),
        (Ask::form("/form", bytes(MOST + 1)), Heard::too_large()),
        (unframed("/form").chunks(vec![bytes(1024); 64]), fits()),
        (unframed("/form").chunks([vec![bytes(1024); 64], vec![bytes(1)]].concat()), Heard::too_large()),
        (unframed("/form").chunks([bytes(MOST)]), fits()),
        (unframed("/form").chunks([bytes(MOST + 1)]), Heard::too_large()),
        (Ask::form("/small", "abcd"), Heard::said("POST /small\nabcd")),
        (Ask::form("/small", "abcde"), Heard::too_large()),
        (unframed("/small").chunks(vec![bytes(1); 4]), Heard::said("POST /small\naaaa")),
        (unframed("/small").chunks(vec![bytes(1); 5]), Heard::too_large()),
        // Nobody reads it, so that it has no limit either.
        (Ask::form("/bodiless", bytes(1024)), Heard::said("POST /bodiless\n")),
    ];
    holds(&adapter, cases).await
}

/// A length that is too much is refused before anything of the body has come.
pub async fn body_that_is_declared_too_long_is_not_waited_for(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let declared = || Ask::new("POST", "/form").header(TYPE, FORM).header("content-length", (MOST + 1).to_string());
    let mut request = declared().request(adapter.prefix())?;
    *request.body_mut() = Body::stream(stream::pending::<Result<Bytes, Infallible>>());
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "a refusal in memory").await?;
    same(&Heard::of(response).await?, &Heard::too_large(), "in memory")?;

    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    wire.send(&declared().bytes(adapter.prefix())).await?;
    same(&wire.answer("POST").await?.heard, &Heard::too_large(), "over a socket")
}

/// A body is read no further than it is taken, and the reader is answered while it still comes.
pub async fn body_without_end_is_not_collected(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let pieces = stream::repeat_with(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from_static(&[b'a'; 1024]))
    });
    // Lest an adapter that collects fills the memory.
    let pieces = futures_util::StreamExt::take(pieces, 10_000);
    let mut request = Ask::new("POST", "/form").header(TYPE, FORM).request(adapter.prefix())?;
    *request.body_mut() = Body::stream(pieces);
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "a refusal in memory").await?;
    same(&Heard::of(response).await?, &Heard::too_large(), "in memory")?;
    let taken = taken.load(Ordering::SeqCst);
    ensure(taken <= 66, || format!("{taken} KiB of a body were read, of which 64 are allowed"))?;

    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    let head = Ask::new("POST", "/form").header(TYPE, FORM).header("transfer-encoding", "chunked");
    wire.send(&head.bytes(adapter.prefix())).await?;
    let piece = [&b"400\r\n"[..], &[b'a'; 1024], b"\r\n"].concat();
    for _ in 0..65 {
        wire.send(&piece).await?;
    }
    same(&wire.answer("POST").await?.heard, &Heard::too_large(), "over a socket, with no end of the body")
}

/// Whoever is refused for other reasons is refused at once, and is not asked for the body.
pub async fn body_is_not_read_before_it_is_wanted(adapter: Arc<dyn Adapter>) -> Finding {
    let announced = |method, target: &str| Ask::new(method, target).header(TYPE, FORM).header("content-length", "9");
    let cases = [
        (announced("POST", "/nothing"), 404),
        (announced("PUT", "/form"), 405),
        (announced("OPTIONS", "/form"), 204),
        (announced("POST", "/hold"), 403),
        (announced("POST", "/bodiless"), 200),
        (announced("GET", "/rows/7"), 200),
    ];
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    for (ask, status) in cases {
        let mut request = ask.request(adapter.prefix())?;
        *request.body_mut() = Body::stream(stream::pending::<Result<Bytes, Infallible>>());
        let response = soon(adapter.answer(desk.endpoints.clone(), request), &ask.describe()).await?;
        same(&response.status().as_u16(), &status, &format!("{} in memory", ask.describe()))?;
        let mut wire = server.connect().await?;
        let expected = ask.header("expect", "100-continue");
        wire.send(&expected.bytes(adapter.prefix())).await?;
        let (first, _, _) = wire.head(expected.method).await.map_err(|lost| lost.at(&expected.describe()))?;
        same(&first, &status, &format!("what comes first for {} that waits to be asked", expected.describe()))?;
    }
    Ok(())
}

/// A body that does not come in time is given up, with an answer; its handler never runs.
pub async fn body_that_stalls_is_408(adapter: Arc<dyn Adapter>) -> Finding {
    let late = Heard::error(408, "body_too_slow", "The body did not arrive in time.");
    let desk = Desk::open()?;
    let ask = Ask::new("POST", "/form").header(TYPE, FORM).header("content-length", "9");
    let mut request = ask.request(adapter.prefix())?;
    *request.body_mut() = Body::stream(stream::pending::<Result<Bytes, Infallible>>());
    desk.seen.time_is_up();
    let response = soon(adapter.answer(desk.endpoints.clone(), request), "the end of patience in memory").await?;
    same(&Heard::of(response).await?, &late, "in memory")?;

    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    wire.send(&[&*ask.bytes(adapter.prefix()), b"a=1"].concat()).await?;
    desk.seen.time_is_up();
    same(&wire.answer("POST").await?.heard, &late, "over a socket")?;
    let rest = wire.rest().await?;
    ensure(rest.is_empty(), || format!("after 408 comes {}", rest.escape_ascii()))?;
    same(&desk.seen.runs(), &0, "runs of handlers")
}

/// A client that waits to be asked for its body is asked once, and answered.
pub async fn body_is_asked_for_when_it_is_expected(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let mut wire = server.connect().await?;
    let ask = Ask::new("POST", "/form").header(TYPE, FORM).header("expect", "100-continue");
    let ask = ask.header("content-length", "3");
    wire.send(&ask.bytes(adapter.prefix())).await?;
    let (status, _, _) = wire.head("POST").await?;
    same(&status, &100, "the interim answer")?;
    wire.send(b"a=1").await?;
    same(&wire.answer("POST").await?.heard, &Heard::said("POST /form\na=1"), "the answer")
}
