//! Where emergencies are kept.
//!
//! [`EmergencyStore`] is the contract, [`MemoryStore`] its implementation for tests and demonstrations; those on
//! databases are crates of their own. With the feature `testing`, `testing` holds the suite that every implementation
//! has to pass.
//!
//! ```
//! use std::sync::Arc;
//! use responder_core::{CountryCode, driver::SystemClock, emergency::*, store::*};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::new(Arc::new(SystemClock));
//! let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
//! let intake = Intake::check(report, CountryCode::NORTH_AMERICA)?;
//! let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
//!
//! let now = store.now().await?;
//! let id = EmergencyId::new(now, 7); // use random bits in production
//! let opened = Emergency::open(id, now, intake, Arc::new(policy));
//! let opening = Opening::of("north".parse()?, 1, opened, CommitId::from_random(7));
//! assert!(matches!(store.open(&opening).await?, Opened::Created(_)));
//!
//! let request = ClaimRequest {
//!     branch: "north".parse()?,
//!     worker: "worker-1".parse()?,
//!     kinds: CommandKind::ALL.to_vec(),
//!     max: 1,
//!     lease: Lease::for_deadline(std::time::Duration::from_secs(10)),
//! };
//! let claimed = store.claim(&request).await?;
//! assert_eq!(claimed[0].kind, CommandKind::PlaceCall, "the phone rings first");
//! # Ok(())
//! # }
//! ```

mod audit_log;
mod audit_outbox;
mod branch;
pub mod codec;
mod commit;
mod deliveries;
mod emergency_store;
mod error;
mod event_log;
mod health;
mod loaded;
mod memory;
mod name;
mod opening;
mod session_store;
mod settings_store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod try_store;
mod user_store;
mod work;

#[cfg(feature = "mock")]
pub use audit_log::MockAuditLog;
pub use audit_log::{AdminStore, AuditLog, AuditQuery};
#[cfg(feature = "mock")]
pub use audit_outbox::MockAuditOutbox;
pub use audit_outbox::{AuditClaim, AuditOutbox, AuditRequest, AuditTicket};
#[cfg(feature = "mock")]
pub use branch::MockBranchControl;
pub use branch::{Availability, BranchControl};
pub use commit::{Bind, Commit, Committed, Receipt, Settlement, Written};
#[cfg(feature = "mock")]
pub use deliveries::MockDeliveryStore;
pub use deliveries::{
    AfterFailure, Delivery, DeliveryRequest, DeliveryStore, DeliveryTicket, Gap, Message, TargetName, UNREADABLE,
};
pub use emergency_store::EmergencyStore;
#[cfg(feature = "mock")]
pub use emergency_store::MockEmergencyStore;
pub use error::StoreError;
pub use event_log::StoredEvent;
pub use health::{Card, Health, Unreadable};
pub use loaded::{Columns, Listing, Loaded};
pub use memory::MemoryStore;
pub use name::{BranchKey, CommitId, EventId, NameError, Version, WorkerId};
pub use opening::{Idempotency, KEY_LIFE, Opened, Opening};
#[cfg(feature = "mock")]
pub use session_store::MockSessionStore;
pub use session_store::{NewSession, SessionStore};
#[cfg(feature = "mock")]
pub use settings_store::MockSettingsStore;
pub use settings_store::{Revision, Saved, SettingsChange, SettingsStore, StoredSettings, StoredValue};
#[cfg(feature = "mock")]
pub use try_store::MockTryStore;
pub use try_store::{MOST_SUBJECTS, TryChange, TryStore};
#[cfg(feature = "mock")]
pub use user_store::MockUserStore;
pub use user_store::{Adding, NewUser, UserChange, UserOutcome, UserStore};
pub use work::{ClaimRequest, Claimed, Due, LEFT_TO_NEWER, Lease, MOST_LOST_CLAIMS, OwnClaims, Task, Ticket};
