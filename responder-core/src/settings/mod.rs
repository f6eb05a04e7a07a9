//! Settings: a table of them, values as people write them, and what a branch makes of them.
//!
//! ```
//! use responder_core::{CountryCode, settings};
//!
//! assert_eq!(settings::flag("On"), Ok(true));
//! let phones = settings::contacts(r#"[{"name":"Ada","number":"5005550001"}, "+15005550002"]"#, CountryCode::NORTH_AMERICA)?;
//! assert_eq!(phones[0].name.as_deref(), Some("Ada"));
//! assert_eq!(phones, settings::contacts("Ada <5005550001>; +15005550002", CountryCode::NORTH_AMERICA)?);
//! # Ok::<(), settings::ValueError>(())
//! ```

mod edit;
mod kind;
#[cfg(feature = "runtime")]
mod read;
#[cfg(feature = "admin")]
mod seal;
mod sealed;
mod setting;
mod value;
mod values;

pub use edit::{Edit, Refusal};
pub use kind::{Kind, count, language, one_country, phone, time_zone, url};
#[cfg(feature = "runtime")]
pub use read::{Settings, SettingsFault};
#[cfg(feature = "admin")]
pub use seal::SettingsKeys;
pub use sealed::{SealError, Sealed};
pub use setting::{SETTINGS, Secrecy, Setting, Tier, setting};
pub use value::{ValueError, addresses, confirmation, contacts, countries, flag, seconds};
pub use values::Values;
