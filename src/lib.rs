//! Reach a technician in an emergency: call them, tell them what happened, hold the customer, and connect the two.
//!
//! Responder works over Twilio, or anything that is compatible with it. What has been reported is stored before it is
//! answered, and goes on after a crash; see `README.md` in the repository for what happens to one emergency, and for
//! servers that are ready to run.
//!
//! # What there is to put together
//!
//! A [`Branch`](branch::Branch) is one office with its own numbers, settings and technicians. It works on a store
//! ([`EmergencyStore`](store::EmergencyStore)) and a provider ([`Telephony`](telephony::Telephony)). Two things make it
//! work: its endpoints ([`http::branch::endpoints`]), which a web framework serves, and a
//! [`Dispatcher`](driver::Dispatcher), which places calls and sends texts.
//!
//! ```no_run
//! # #[cfg(all(feature = "axum", feature = "sqlite", feature = "twilio"))]
//! # async fn serve(account: &str, token: &str, reporter: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use responder::{
//!     CountryCode,
//!     branch::{Branch, BranchSettings},
//!     driver::{Dispatcher, SystemClock},
//!     emergency::Policy,
//!     http::{self, Key, Keys, Signatures},
//!     script::{Links, Script},
//!     settings,
//!     signature::AuthTokens,
//!     sql::SqliteStore,
//!     store::WorkerId,
//!     telephony::TwilioClient,
//! };
//!
//! let policy = Policy {
//!     escalation: settings::contacts("Ada <+15005550001>, Bo <+15005550002>", CountryCode::NORTH_AMERICA)?,
//!     recipients: settings::contacts("+15005550009", CountryCode::NORTH_AMERICA)?,
//!     ..Policy::default()
//! };
//! let branch = Arc::new(Branch::new(
//!     "tucson".parse()?,
//!     BranchSettings::new(policy, "+15005550006".parse()?)?,
//!     Arc::new(SqliteStore::open("tucson.db", Arc::new(SystemClock)).await?),
//!     Arc::new(TwilioClient::builder(account, token.into()).build()?),
//!     Script { company_name: "Ivy Plumbing".into(), ..Script::default() },
//!     Links::new("https://example.com/emergencies".parse()?),
//! ));
//! let keys = Keys {
//!     signatures: Signatures::Checked(AuthTokens::new(token.into())?),
//!     intake_token: Some(Key::new(reporter.into())?),
//!     ..Keys::default()
//! };
//! let router: axum::Router = responder::axum::router(http::branch::endpoints(&branch).keys(keys).build()?);
//! let working = Dispatcher::new(Arc::clone(&branch), WorkerId::unique()).start();
//! // Serve `router` below /emergencies. When that has ended:
//! working.stop().await;
//! # drop(router);
//! # Ok(())
//! # }
//! ```
//!
//! Without an account, a phone network of your own (`responder::sim`, feature `sim`) takes the provider's place.
//!
//! # Modules
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`branch`], [`driver`] | one branch at work: the way in, and what carries its commands out |
//! | [`emergency`] | the state machine; pure, and of use alone |
//! | [`http`] | endpoints without a framework: tables of them, access, limits; `axum` and `warp` serve them |
//! | [`store`], `sql` | the storage traits, and stores in SQLite and PostgreSQL |
//! | [`telephony`], [`twiml`], [`signature`], [`token`] | the provider: its API, documents, signed requests, access tokens |
//! | [`script`], [`notify`] | what people are told, and mail, webhooks and Slack |
//! | [`settings`], [`timeline`] | settings as people write them; the log of a branch |
//! | [`access`], `admin`, `dashboard` | users and their permissions; the admin server; pages for browsers |
//! | `sim` | a phone network that speaks Twilio's API, for tests |
//!
//! # Features
//!
//! | feature | on by default | what it adds |
//! | --- | --- | --- |
//! | `axum` | yes | `responder::axum`: endpoints as a router |
//! | `warp` | | `responder::warp`: endpoints as a filter |
//! | `sqlite` | yes | `responder::sql::SqliteStore` |
//! | `postgres` | | `responder::sql::PostgresStore`, for several nodes |
//! | `twilio` | yes | `telephony::TwilioClient`; switches on `webhooks` |
//! | `webhooks` | yes | `notify::WebhookClient`, which posts events to webhooks |
//! | `admin` | | `responder::admin`, `http::admin`, `branch::remote`: the admin server, and branches that take settings from it |
//! | `dashboard` | | `responder::dashboard`: the status page of a branch; with `admin`, the pages of the admin server |
//! | `smtp` | | `notify::SmtpNotifier`: mail |
//! | `voice` | | `http::voice`: access tokens and call routing for apps that make calls |
//! | `sim` | | `responder::sim`: the simulated phone network |
//! | `mock` | | mocks of the public traits |
//! | `testing` | | `adapter_conformance!`, `store_conformance!`: the suites for adapters and stores of your own |
//! | `failpoints` | | for this project's own tests: places where the process can be killed |

// All of it, and by a glob, so that a type that core's signatures name can never be missing here.
#[doc(inline)]
pub use responder_core::*;

/// Endpoints as a router of axum.
#[cfg(feature = "axum")]
pub use responder_axum as axum;

/// Web pages: the status of a branch, and (feature `admin`) the pages of an admin server.
#[cfg(feature = "dashboard")]
pub use responder_dashboard as dashboard;

/// A phone network of one's own, for tests and demonstrations.
#[cfg(feature = "sim")]
pub use responder_sim as sim;

/// Emergencies in a database.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use responder_sql as sql;

/// Endpoints as a filter of warp.
#[cfg(feature = "warp")]
pub use responder_warp as warp;

/// Compiles the examples in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
