//! The emergency: a pure state machine.
//!
//! [`Emergency::open`] begins one; [`Emergency::handle_input`] takes whatever happens next (a callback, a key, the
//! outcome of a command, the passing of time) and returns a [`Transition`]: the new state, the direct [`Reply`], the
//! [`Event`]s for the timeline and the [`Command`]s for the world. Nothing here reads a clock, draws a random number,
//! does I/O or waits; whoever drives it stores state, events and commands together, carries the commands out after
//! that, and feeds each [`Outcome`] back.
//!
//! ```
//! use std::sync::Arc;
//! use responder_core::{CountryCode, Timestamp, emergency::*};
//!
//! let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
//! let intake = Intake::check(report, CountryCode::NORTH_AMERICA).map_err(|_| "report")?;
//! let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
//! policy.validate().map_err(|_| "policy")?;
//!
//! let now = Timestamp::from_micros(1_800_000_000_000_000);
//! let opened = Emergency::open(EmergencyId::new(now, 7), now, intake, Arc::new(policy));
//! let calls = opened.commands.iter().filter(|command| command.action.kind() == CommandKind::PlaceCall);
//! assert_eq!(calls.count(), 1, "the technician is called at once");
//! assert_eq!(opened.state.poll_timeout(), Some(now), "and the others are told next");
//! # Ok::<(), &str>(())
//! ```

mod accept;
mod annex;
mod attempt;
mod bridge;
mod call;
mod calls;
mod closing;
mod command;
mod customer;
mod event;
mod hold;
mod id;
mod input;
mod intake;
mod leg;
mod machine;
mod outcome;
mod policy;
mod reply;
mod search;
mod state;
mod talk;
mod technician;
mod text;
mod timeout;
mod timing;
mod turn;
mod watch;

#[cfg(test)]
mod tests;

pub use annex::{Annex, Recording};
pub use attempt::{Attempt, AttemptKind, AttemptTimes, End, Stage};
pub use call::{AnsweredBy, DialResult, Key, QueueResult};
pub use command::{Action, Command, CommandKind, Outcome};
pub use event::{AcceptedBy, Event, Summary, UnreachableBecause};
pub use id::{AttemptNo, CommandId, EmergencyId, IdError, LegNo, Line, Step};
pub use input::{Delivery, Input, Keyword};
pub use intake::{Contact, Intake, IntakeError, Report};
pub use leg::{Leg, LegStage, LegTimes};
pub use machine::Transition;
pub use policy::{Confirmation, Policy, PolicyError, Transfer};
pub use reply::{Document, Farewell, Lead, News, Reply, Text, Voice};
pub use state::{ClosingBecause, Conclusion, Emergency, Phase};
pub use timing::{Limits, Timing};
pub use watch::Watch;

pub use crate::telephony::CallStatus;
