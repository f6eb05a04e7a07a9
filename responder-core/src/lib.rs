//! The domain of Responder: what an emergency is, and everything that can happen to it.
//!
//! No web framework and no database driver is in here; adapters (`responder-axum`, `responder-warp`) and stores
//! (`responder-sql`) are crates of their own, and `responder` puts them together. Without features this crate is the
//! state machine, its words, documents, signatures and the traits: no async runtime, no HTTP client.
//!
//! # How it fits together
//!
//! An [`Emergency`](emergency::Emergency) is a value. Whatever happens is an [`Input`](emergency::Input) to it; what
//! comes of that is a [`Transition`](emergency::Transition): the next state, what to answer now, events for the
//! timeline, and commands for the world. A store keeps all of it in one transaction; a dispatcher carries the commands
//! out afterwards, and their outcomes are inputs again.
//!
//! ```
//! use std::sync::Arc;
//! use responder_core::{CountryCode, Timestamp, emergency::*};
//!
//! let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
//! let intake = Intake::check(report, CountryCode::NORTH_AMERICA).map_err(|_| "report")?;
//! let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
//! let now = Timestamp::from_micros(1_800_000_000_000_000);
//! let opened = Emergency::open(EmergencyId::new(now, 7), now, intake, Arc::new(policy));
//!
//! let call = opened.commands.iter().find(|command| command.action.kind() == CommandKind::PlaceCall);
//! assert!(call.is_some(), "the technician is called at once");
//! # Ok::<(), &str>(())
//! ```
//!
//! # Modules
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`emergency`] | the state machine, pure |
//! | [`script`] | every sentence that is spoken, texted or mailed, and every URL that is handed out |
//! | [`twiml`], [`signature`], [`token`] | documents, signed requests and access tokens of the provider |
//! | [`telephony`] | the trait of a provider; `TwilioClient` |
//! | [`store`] | the storage traits and their contract, [`MemoryStore`](store::MemoryStore) |
//! | [`http`] | endpoints without a framework |
//! | `branch`, [`driver`] | a branch at work: the way in, clocks, the dispatcher |
//! | [`timeline`] | the log of a branch: printed, read, followed |
//! | [`settings`] | the table of settings, and values as people write them |
//! | [`access`], `admin` | users, permissions, sessions; the admin server |
//! | `notify` | mail, webhooks, Slack |
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `runtime` | `branch`, `notify`, the dispatcher and the clock of the machine; needs tokio |
//! | `twilio` | `telephony::TwilioClient` |
//! | `webhooks` | `notify::WebhookClient`, which posts events to webhooks; switches on `runtime` |
//! | `admin` | the admin server, and branches that take their settings from one |
//! | `smtp` | `notify::SmtpNotifier`: mail |
//! | `voice` | `http::voice`: endpoints of apps that make calls |
//! | `mock` | mocks of the public traits |
//! | `testing` | conformance suites for stores and adapters, and proofs about tables of endpoints |
//! | `failpoints` | for this project's own tests: places where the process can be killed |

pub mod access;
#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "runtime")]
pub mod branch;
pub mod driver;
pub mod emergency;
#[cfg(feature = "runtime")]
mod fail;
mod hex;
pub mod http;
#[cfg(feature = "runtime")]
pub mod notify;
mod phone;
mod public_url;
pub mod script;
pub mod settings;
mod sid;
pub mod signature;
pub mod store;
pub mod telephony;
mod time;
mod time_zone;
pub mod timeline;
pub mod token;
pub mod twiml;

pub use phone::{CountryCode, E164, PhoneError};
pub use public_url::{PublicUrl, PublicUrlError};
/// A text that `Debug` does not show, as in many signatures here; of the crate `secrecy`.
#[doc(no_inline)]
pub use secrecy::SecretString;
pub use sid::{CallSid, ConferenceSid, MessageSid, PhoneNumberSid, QueueSid, RecordingSid, SidError};
pub use time::{Timestamp, TimestampError};
pub use time_zone::{TimeZone, UnknownZone};
