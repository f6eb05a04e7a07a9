//! Clients of the service that came before this one: its admin server, its branch, its pages. They know paths, fields
//! and status codes of then, and no tokens; a proxy adds those and does nothing else. Ours answers them as they expect.
//!
//! What is answered otherwise on purpose is in `exceptions`, and nothing else is.

mod as_admin;
mod as_branch;
mod as_page;
mod as_user;
#[path = "../common/mod.rs"]
mod common;
mod exceptions;
mod proxy;
mod recordings;
mod sheet;
mod town;
