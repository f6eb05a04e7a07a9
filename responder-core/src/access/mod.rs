//! Who may do what: users of the admin server, their permissions, passwords and sessions.
//!
//! Nothing here reads a clock or a store: times are given, and what comes of a decision is for
//! [`http`](crate::http) and [`store`](crate::store).
//!
//! ```
//! use responder_core::access::{Need, Permission, Rights};
//!
//! let rights = Rights::of([("tuc".parse()?, [Permission::View, Permission::Trigger].into())]);
//! let trigger = Need::Branch { permission: Permission::Trigger, parameter: "branch" };
//! assert!(rights.fulfil(trigger, Some("tuc")) && !rights.fulfil(trigger, Some("poc")));
//! assert!(!rights.fulfil(Need::Admin, None) && Rights::Admin.fulfil(Need::Admin, None));
//! # Ok::<(), responder_core::store::NameError>(())
//! ```

mod audit;
mod password;
mod permission;
mod session;
mod throttle;
mod user;

pub use audit::{Actor, AuditAction, AuditEntry, AuditId, Recorded};
pub use password::{PasswordError, PasswordHash};
pub use permission::{Need, Permission, PermissionError, Permissions, Rights};
pub use session::{SESSION_LIFE, Session, SessionHash, SessionToken};
pub use throttle::{Throttle, Tries, TrySubject, Wait};
pub use user::{User, UserError, UserId, UserName, UserVersion};
