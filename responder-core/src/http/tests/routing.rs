use http::Request;

use super::desk::{PUBLIC, ask, desk, request};
use crate::http::{Access, BodyRule, BranchScope, Call, Credential, Endpoint, Endpoints, TableError, no_content};

#[tokio::test]
async fn what_is_not_there_is_404_before_anything_else() {
    let paths = ["/nothing", "/healthz/", "//healthz", "/Healthz", "/people/", "/people/%ff", "/people/a/b", "/hold/"];
    for path in paths {
        for method in ["GET", "POST", "OPTIONS", "BREW"] {
            let answer = ask(request(method, path).body("").expect("a request")).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{method} {path}");
        }
        assert!(!desk().owns(path), "{path}");
    }
    let star = ask(request("OPTIONS", "*").body("").expect("a request")).await;
    assert_eq!(star.status, 404);
}

#[tokio::test]
async fn paths_are_decoded_once_and_kept_raw() {
    let answer = ask(request("GET", "/people/a%2Fb%2520%C3%AB?x=%41").body("").expect("a request")).await;
    assert_eq!(answer.body, "Some(\"a/b%20ë\") /people/a%2Fb%2520%C3%AB?x=%41");
    let answer = ask(request("GET", "/%68ealthz").body("").expect("a request")).await;
    assert_eq!(answer.status, 204);
    let answer = ask(request("GET", "/people/me").body("").expect("a request")).await;
    assert_eq!(answer.body, "anonymous GET ", "a fixed segment comes before a parameter");
    let answer = ask(Request::get("http://elsewhere.example.com").body("").expect("a request")).await;
    assert_eq!(answer.status, 200, "the root, in absolute form");
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let answer = ask(request("PUT", "/api/logs").body("").expect("a request")).await;
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(answer.header("allow"), Some("DELETE, GET, HEAD, OPTIONS"));
    let answer = ask(request("HEAD", "/webhook").body("").expect("a request")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("OPTIONS, POST")));
    let answer = ask(request("OPTIONS", "/api/logs").body("").expect("a request")).await;
    assert_eq!((answer.status, answer.header("allow")), (204, Some("DELETE, GET, HEAD, OPTIONS")));
    assert_eq!((answer.body.as_str(), answer.header("content-length")), ("", None));
}

#[test]
fn the_table_tells_its_paths_once() {
    let desk = desk();
    let paths: Vec<&str> = desk.templates().map(crate::http::PathTemplate::as_str).collect();
    assert_eq!(paths.iter().filter(|path| **path == "/api/logs").count(), 1);
    assert_eq!(desk.rows().filter(|row| row.path() == "/api/logs").count(), 2);
    assert_eq!(desk.public_url().as_str(), PUBLIC);
}

#[test]
fn tables_that_can_not_be_are_refused() {
    let build = |rows: Vec<Endpoint>| {
        let built = Endpoints::builder(PUBLIC.parse().expect("a URL")).endpoints(rows).build();
        built.map(|_| ()).map_err(|error| error.to_string())
    };
    let get = |path: &str, access| Endpoint::get(path, access, async |_: Call| Ok(no_content()));
    let post = |access| Endpoint::post("/a", access, BodyRule::Empty, async |_: Call| Ok(no_content()));
    let head =
        Endpoint::new(http::Method::HEAD, "/a", Access::Public, BodyRule::Empty, async |_: Call| Ok(no_content()));
    let by_branch = Access::AnyOf(vec![Credential::Internal(BranchScope::Parameter("b"))]);
    let cases = [
        (vec![get("a", Access::Public)], TableError::Path("a".into())),
        (
            vec![get("/a", Access::Public), get("/a", Access::internal())],
            TableError::Duplicate(http::Method::GET, "/a".into()),
        ),
        (
            vec![get("/{a}", Access::Public), get("/{b}", Access::Public)],
            TableError::Duplicate(http::Method::GET, "/{b}".into()),
        ),
        (vec![head], TableError::Method(http::Method::HEAD, "/a".into())),
        (vec![get("/a", Access::AnyOf(Vec::new()))], TableError::NobodyMayCall("/a".into())),
        (vec![post(Access::provider())], TableError::SignedBodyUnread("/a".into())),
        (vec![post(Access::intake())], TableError::SignedBodyUnread("/a".into())),
        (vec![post(Access::operator_or_ticket())], TableError::TicketToChange("/a".into())),
        (vec![get("/{a}", by_branch.clone())], TableError::NoBranchParameter("/{a}".into())),
    ];
    for (rows, error) in cases {
        assert_eq!(build(rows), Err(error.to_string()));
    }
    assert_eq!(build(vec![get("/{b}", by_branch), get("/a", Access::provider()), get("/", Access::Public)]), Ok(()));
}
