//! The checks. Each has an adapter of its own.

mod answers;
mod bodies;
mod callers;
mod connections;
mod headers;
mod leaving;
mod lengths;
mod pages;
mod paths;
mod routing;
mod streams;

pub use answers::*;
pub use bodies::*;
pub use callers::*;
pub use connections::*;
pub use headers::*;
pub use leaving::*;
pub use lengths::*;
pub use pages::*;
pub use paths::*;
pub use routing::*;
pub use streams::*;
