//! What somebody with bad intentions tries: each time nothing changes, and nothing is told.

mod detours;
mod sessions;
mod tries;

use http::Request;
use serde_json::json;

use crate::house::{from_our_page, json as with_json};

const SETTINGS: &str = "/api/branch/tuc/settings";
const WISH: &str = r#"{"enable_texts":false}"#;

/// Adds headers, in place of those of the same name.
fn with<const N: usize>(mut request: Request<String>, headers: [(&'static str, &str); N]) -> Request<String> {
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse().expect("a header"));
    }
    request
}

fn log_in(name: &str, password: &str) -> Request<String> {
    with_json(from_our_page("POST", "/login"), &json!({ "username": name, "password": password }))
}
