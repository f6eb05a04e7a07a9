//! Which endpoint answers.

use std::sync::Arc;

use crate::http::testing::adapter::{
    Adapter, Finding,
    ask::Ask,
    case::{holds, in_memory, over_wire},
    desk::Desk,
    finding::{ensure, same},
    heard::Heard,
    wire::Server,
};

/// Every method at every kind of path has its status, in memory and over a socket.
pub async fn routing_every_method_at_every_path(adapter: Arc<dyn Adapter>) -> Finding {
    let desk = Desk::open()?;
    let server = Server::open(&adapter, desk.endpoints.clone()).await?;
    for (target, expected) in MATRIX {
        let (mut in_memory_all, mut on_wire_all) = (Vec::new(), Vec::new());
        for method in METHODS {
            let ask = Ask::new(method, target);
            let heard = in_memory(&adapter, &desk, &ask).await.map_err(|violation| violation.at(&ask.describe()))?;
            in_memory_all.push(heard.status);
            let heard = over_wire(&adapter, &server, &ask).await.map_err(|violation| violation.at(&ask.describe()))?;
            on_wire_all.push(heard.status);
        }
        let what = format!("{METHODS:?} {target}");
        same(&in_memory_all, &expected.to_vec(), &format!("{what} in memory"))?;
        same(&on_wire_all, &expected.to_vec(), &format!("{what} over a socket"))?;
    }
    Ok(())
}

/// What is not in the table is 404 for every method, with the body of ours.
pub async fn routing_unknown_paths_are_404(adapter: Arc<dyn Adapter>) -> Finding {
    let mut cases = Vec::new();
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        for target in ["/nothing", "/rows", "/rows/7/parts", "/form/7", "/a/left/b", "/empty.html"] {
            cases.push((Ask::new(method, target), Heard::not_found()));
        }
    }
    cases.push((Ask::new("HEAD", "/nothing"), Heard::not_found().without_body()));
    cases.push((Ask::form("/nothing", "a=1"), Heard::not_found()));
    holds(&adapter, cases).await
}

/// A wrong method is 405 with `Allow`, `OPTIONS` is 204 with `Allow`; both never come to a handler.
pub async fn routing_other_methods_are_told_which_there_are(adapter: Arc<dyn Adapter>) -> Finding {
    let refused = |allow| Heard::error(405, "method_not_allowed", NOT_ALLOWED).with("allow", allow);
    let options = |allow| Heard::ours(204, &[("allow", allow)], "");
    let all = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
    let cases = vec![
        (Ask::new("POST", "/empty"), refused("GET, HEAD, OPTIONS")),
        (Ask::new("BREW", "/empty"), refused("GET, HEAD, OPTIONS")),
        (Ask::new("get", "/empty"), refused("GET, HEAD, OPTIONS")),
        (Ask::get("/form"), refused("OPTIONS, POST")),
        (Ask::get("/hold"), refused("OPTIONS, POST")),
        (Ask::new("HEAD", "/form"), refused("OPTIONS, POST").without_body()),
        (Ask::new("TRACE", "/rows/7"), refused(all)),
        (Ask::form("/large", "a=1"), refused("GET, HEAD, OPTIONS")),
        (Ask::new("OPTIONS", "/rows/7"), options(all)),
        (Ask::new("OPTIONS", "/empty"), options("GET, HEAD, OPTIONS")),
        (Ask::new("OPTIONS", "/hold"), options("OPTIONS, POST")),
        (Ask::new("OPTIONS", "/webhook").body("{}"), options("OPTIONS, POST")),
    ];
    holds(&adapter, cases).await
}

/// Parameters may have any name in any row, and stand back for what is written out.
pub async fn routing_fixed_segments_come_before_parameters(adapter: Arc<dyn Adapter>) -> Finding {
    let cases = vec![
        (Ask::get("/rows/all"), Heard::said("all")),
        (Ask::get("/rows/ALL"), Heard::said("GET /rows/ALL\nid=ALL\n")),
        (Ask::get("/a/left"), Heard::said("GET /a/left\nkind=a\n")),
        (Ask::get("/a/right"), Heard::said("GET /a/right\nsort=a\n")),
        (Ask::get("/rows/left"), Heard::said("GET /rows/left\nid=left\n")),
        // The first template that fits decides about the method, too.
        (
            Ask::new("DELETE", "/rows/all"),
            Heard::error(405, "method_not_allowed", NOT_ALLOWED).with("allow", "GET, HEAD, OPTIONS"),
        ),
    ];
    holds(&adapter, cases).await
}

/// The mount point itself is `/`. With a slash at its end it is the same, or left to the framework, which may find
/// nothing there.
pub async fn routing_the_mount_point_is_the_root(adapter: Arc<dyn Adapter>) -> Finding {
    let root = |target: &str| Heard::said(&format!("GET {target}\n"));
    let mut cases = vec![
        (Ask::get(""), root("/")),
        (Ask::get("?q=1"), root("/?q=1")),
        (Ask::get("//"), Heard::not_found()),
        (Ask::get("/."), Heard::not_found()),
    ];
    if !adapter.prefix().is_empty() {
        let twice = format!("{}/empty", adapter.prefix());
        cases.push((Ask::get(twice), Heard::not_found()));
    }
    holds(&adapter, cases).await?;
    let server = Server::open(&adapter, Desk::open()?.endpoints).await?;
    let slash = over_wire(&adapter, &server, &Ask::get("/")).await?;
    ensure(slash == root("/") || slash.status == 404, || format!("with a slash at its end it is {slash:?}"))
}

const NOT_ALLOWED: &str = "This address is asked with another method.";

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

const MATRIX: [(&str, [u16; 9]); 14] = [
    ("", [200, 200, 405, 405, 405, 405, 204, 405, 405]),
    ("/rows/7", [200, 200, 200, 415, 200, 200, 204, 405, 405]),
    ("/rows/all", [200, 200, 405, 405, 405, 405, 204, 405, 405]),
    ("/form", [405, 405, 200, 405, 405, 405, 204, 405, 405]),
    ("/json", [405, 405, 415, 405, 405, 405, 204, 405, 405]),
    ("/bodiless", [405, 405, 200, 405, 405, 405, 204, 405, 405]),
    ("/hold", [405, 405, 403, 405, 405, 405, 204, 405, 405]),
    ("/webhook", [405, 405, 401, 405, 405, 405, 204, 405, 405]),
    ("/empty", [204, 204, 405, 405, 405, 405, 204, 405, 405]),
    ("/unchanged", [304, 304, 405, 405, 405, 405, 204, 405, 405]),
    ("/fails", [500, 500, 405, 405, 405, 405, 204, 405, 405]),
    ("/pieces", [200, 200, 405, 405, 405, 405, 204, 405, 405]),
    ("/nothing", [404, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("/rows/7/", [404, 404, 404, 404, 404, 404, 404, 404, 404]),
];
