//! Connections: what one request leaves behind for the next.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding, Violation,
    ask::{Ask, FORM, JSON, TYPE},
    case::over_wire,
    desk::Desk,
    finding::{ensure, same},
    heard::Heard,
    wire::{Framing, Server},
};

/// On one connection: what came before must not show in what comes after.
pub async fn connection_is_kept_after_errors(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let mut wire = server.connect().await?;
    let asked = [
        (Ask::get("/nothing"), 404),
        (Ask::new("DELETE", "/empty"), 405),
        (Ask::new("HEAD", "/form"), 405),
        (Ask::new("HEAD", "/large"), 200),
        (Ask::new("HEAD", "/stream"), 200),
        (Ask::new("OPTIONS", "/form"), 204),
        (Ask::new("POST", "/hold"), 403),
        (Ask::new("POST", "/webhook"), 401),
        (Ask::form("/json", "a=1"), 415),
        (Ask::form("/form", "a=1&a=2"), 400),
        (Ask::form("/form", "a=%ff"), 400),
        (Ask::get("/empty"), 204),
        (Ask::get("/unchanged"), 304),
        (Ask::get("/fails"), 500),
        (Ask::get("/panics"), 500),
        (Ask::get("/pieces"), 200),
        (Ask::get("/no-pieces"), 200),
        (Ask::get("/relayed"), 200),
    ];
    for (ask, status) in asked {
        let what = ask.describe();
        let heard = async {
            wire.send(&ask.bytes(adapter.prefix())).await?;
            let found = wire.answer(ask.method).await?.heard;
            wire.send(&Ask::get("/rows/after").bytes(adapter.prefix())).await?;
            Ok::<_, Violation>((found.status, wire.answer("GET").await?.heard))
        };
        let (found, after) = heard.await.map_err(|violation| violation.at(&what))?;
        ensure(found == status, || format!("{what}: {found} instead of {status}"))?;
        same(&after, &Heard::said("GET /rows/after\nid=after\n"), &format!("what follows {what}"))?;
    }
    Ok(())
}

/// A body that was refused and not read is never taken for the next request. The connection goes on after it, or ends.
pub async fn connection_survives_an_unread_body_or_closes(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let smuggled = format!("GET {}/rows/smuggled HTTP/1.1\r\nhost: h\r\n\r\n", adapter.prefix());
    let long = smuggled.repeat(70_000 / smuggled.len() + 1);
    let chunks = |text: &str| text.as_bytes().chunks(4096).map(<[u8]>::to_vec).map(Into::into).collect::<Vec<_>>();
    let unframed = |target: &str| Ask::new("POST", target).header(TYPE, FORM);
    let cases = [
        (Ask::form("/small", smuggled.clone()), 413),
        (unframed("/small").chunks(chunks(&smuggled)), 413),
        (Ask::form("/form", long.clone()), 413),
        (unframed("/form").chunks(chunks(&long)), 413),
        (Ask::new("POST", "/webhook").header(TYPE, JSON).body(long.clone()), 401),
        (Ask::form("/nothing", long.clone()), 404),
        (Ask::new("PUT", "/form").header(TYPE, FORM).body(long.clone()), 405),
        (Ask::form("/bodiless", smuggled.clone()), 200),
        (Ask::get("/empty").body(smuggled), 204),
    ];
    for (ask, status) in cases {
        let mut wire = server.connect().await?;
        wire.send(&ask.bytes(adapter.prefix())).await?;
        let found = wire.answer(ask.method).await.map_err(|violation| violation.at(&ask.describe()))?;
        ensure(found.heard.status == status, || format!("{} is {:?}", ask.describe(), found.heard))?;
        wire.send(&Ask::get("/rows/after").bytes(adapter.prefix())).await?;
        let after = wire.answer("GET").await.map(|answer| answer.heard);
        let expected = Heard::said("GET /rows/after\nid=after\n");
        ensure(after.as_ref().ok().is_none_or(|heard| *heard == expected), || {
            format!("after {} comes {after:?}", ask.describe())
        })?;
    }
    Ok(())
}

/// Requests that come at once are answered one after the other, in their order.
pub async fn connection_takes_requests_in_a_row(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let mut wire = server.connect().await?;
    let asked = [
        (Ask::get("/rows/1"), Heard::said("GET /rows/1\nid=1\n")),
        (Ask::form("/form", "a=1"), Heard::said("POST /form\na=1")),
        (Ask::new("HEAD", "/rows/2"), Heard::said("GET /rows/2\nid=2\n").without_body()),
        (Ask::get("/nothing"), Heard::not_found()),
        (Ask::get("/empty"), Heard::ours(204, &[], "")),
        (Ask::new("POST", "/form").header(TYPE, FORM).chunks(["b=2".into()]), Heard::said("POST /form\nb=2")),
        (Ask::get("/no-pieces"), Heard::ours(200, &[], "")),
        (Ask::get("/rows/3"), Heard::said("GET /rows/3\nid=3\n")),
    ];
    let all: Vec<u8> = asked.iter().flat_map(|(ask, _)| ask.bytes(adapter.prefix())).collect();
    wire.send(&all).await?;
    for (ask, expected) in asked {
        let heard = wire.answer(ask.method).await.map_err(|violation| violation.at(&ask.describe()))?.heard;
        same(&heard, &expected, &ask.describe())?;
    }
    Ok(())
}

/// HTTP/1.0, or a wish to close: the answer is complete, in no chunks, and the connection ends.
pub async fn connection_of_an_old_client_is_closed(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let (old, closing) = ("HTTP/1.0", "HTTP/1.1\r\nhost: h\r\nconnection: close");
    for (version, target, framing, status) in [
        (old, "/rows/7", Framing::Length(17), 200),
        (old, "/nothing", Framing::Length(83), 404),
        (old, "/no-pieces", Framing::Close, 200),
        (closing, "/rows/7", Framing::Length(17), 200),
        (closing, "/no-pieces", Framing::Chunked, 200),
    ] {
        let mut wire = server.connect().await?;
        wire.send(format!("GET {}{target} {version}\r\n\r\n", adapter.prefix()).as_bytes()).await?;
        let answer = wire.answer("GET").await.map_err(|violation| violation.at(target))?;
        same(&(answer.heard.status, answer.framing), &(status, framing), &format!("{target} {version}"))?;
        let rest = wire.rest().await?;
        ensure(rest.is_empty(), || format!("after {target} comes {}", rest.escape_ascii()))?;
    }
    Ok(())
}

/// A head that comes byte by byte is a head.
pub async fn connection_hears_slow_requests(adapter: Arc<dyn Adapter>) -> Finding {
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let mut wire = server.connect().await?;
    for byte in Ask::get("/rows/7?q=1").header("x-a", "1").bytes(adapter.prefix()) {
        wire.send(&[byte]).await?;
    }
    let expected = Heard::said("GET /rows/7?q=1\nid=7\nx-a: 1\n");
    same(&wire.answer("GET").await?.heard, &expected, "the answer to a slow request")
}

/// What is no HTTP comes to no handler; the server refuses it in its own words.
pub async fn connection_refuses_nonsense(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    let prefix = adapter.prefix();
    let many: String = (0..300).map(|n| format!("x-{n}: 1\r\n")).collect();
    let requests = [
        "nonsense\r\n\r\n".to_owned(),
        format!("GET {prefix}/rows/a b HTTP/1.1\r\nhost: h\r\n\r\n"),
        format!("GET {prefix}/rows/7 HTTP/1.1\r\nhost h\r\n\r\n"),
        format!("GET {prefix}/rows/7 HTTP/1.1\r\nx-a : 1\r\n\r\n"),
        format!("GET {prefix}/rows/7 HTTP/1.1\r\nx-a: \0\r\n\r\n"),
        format!("GET {prefix}/rows/7 HTTP/1.1\r\n{many}\r\n"),
        format!("POST {prefix}/form HTTP/1.1\r\ncontent-length: 1, 2\r\n\r\na="),
        format!("POST {prefix}/form HTTP/1.1\r\ncontent-length: -1\r\n\r\n"),
        format!("POST {prefix}/form HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n"),
        format!("POST {prefix}/form HTTP/1.1\r\n{TYPE}: {FORM}\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"),
    ];
    for request in requests {
        let mut wire = server.connect().await?;
        wire.send(request.as_bytes()).await?;
        wire.hang_up_sending().await;
        let rest = wire.rest().await?;
        let is_refused = rest.is_empty() || rest.starts_with(b"HTTP/1.1 4");
        let shown: String = request.chars().take(120).collect();
        ensure(is_refused, || format!("{shown:?} is answered with {}", rest.escape_ascii()))?;
    }
    same(&desk.seen.runs(), &0, "runs of handlers for nonsense")
}

/// Many at once get each their own.
pub async fn connections_do_not_mix(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Arc::new(Server::open(&adapter, desk.endpoints.clone()).await?);
    let one = |n: usize| {
        let (adapter, server) = (Arc::clone(&adapter), Arc::clone(&server));
        async move {
            let ask = Ask::form(format!("/rows/{n}?n={n}"), format!("n={n}")).header("x-n", n.to_string());
            let expected = Heard::said(&format!("POST /rows/{n}?n={n}\nid={n}\nx-n: {n}\nn={n}"));
            same(&over_wire(&adapter, &server, &ask).await?, &expected, "the answer to one of many")
        }
    };
    let all = (0..64).map(|n| tokio::spawn(one(n)));
    for finding in futures_util::future::join_all(all).await {
        finding.map_err(|error| Violation(format!("a client of the suite failed: {error}")))??;
    }
    same(&desk.seen.runs(), &64, "runs of handlers")
}
