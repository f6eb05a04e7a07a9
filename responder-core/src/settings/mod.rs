//! Settings as people write them: in variables, files and forms.
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

mod value;

pub use value::{ValueError, addresses, confirmation, contacts, countries, flag, seconds};
