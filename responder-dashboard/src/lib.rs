//! Responder's web pages, as rows for a table of endpoints: no framework, no build step, no file beside the program.
//!
//! [`rows`] are those of a branch: `/status` shows an operator how the branch is and what happens in it, live. Put them
//! into the table of the branch:
//!
//! ```
//! # use std::sync::Arc;
//! # use responder_core::branch::Branch;
//! # fn example(branch: &Arc<Branch>) -> Result<(), Box<dyn std::error::Error>> {
//! use responder_core::http::{Access, Key, Keys, branch};
//!
//! let keys = Keys { operator_password: Some(Key::new("a password".into())?), ..Keys::default() };
//! let endpoints = branch::endpoints(branch)
//!     .endpoints(responder_dashboard::rows(branch, &Access::operator()))
//!     .keys(keys)
//!     .build()?;
//! # let _ = endpoints;
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `admin`, `AdminPages` draws what people see of an admin server: branches, emergencies, recordings,
//! settings, users, figures and the record of what was done.
//!
//! A browser that opens `/status` asks for the password of the user `operator`. The pages work behind any prefix, need
//! nothing from elsewhere, and say so to the browser (`Content-Security-Policy`): neither a script nor a style can be
//! put into them by what somebody reported. Without scripts they show the state of the moment.

#[cfg(feature = "admin")]
mod admin;
mod assets;
mod chart;
mod emergency;
mod page;
mod status;

#[cfg(feature = "admin")]
pub use admin::{AdminPages, admin_assets};
pub use status::{STATUS, rows};
