//! Sealing secrets.

use std::{collections::BTreeMap, fmt};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{SealError, Sealed, Secrecy, Setting, setting};
use crate::store::{BranchKey, StoredSettings, StoredValue};

/// What secrets are sealed with (`SETTINGS_KEY`), and what older ones were sealed with. `Debug` shows ids alone.
///
/// ```
/// use responder_core::settings::{SettingsKeys, setting};
///
/// let keys = SettingsKeys::new(Some("00".repeat(32).into()), None)?;
/// let token = setting("TWILIO_AUTH_TOKEN").ok_or("no such setting")?;
/// let (tuc, poc) = ("tuc".parse()?, "poc".parse()?);
/// let kept = keys.keep(&tuc, token, "a secret")?;
/// assert_eq!(keys.open(&tuc, token.name, &kept)?, "a secret");
/// assert!(keys.open(&poc, token.name, &kept).is_err(), "it is another branch's");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SettingsKeys {
    current: Option<SettingsKey>,
    previous: Option<SettingsKey>,
}

#[derive(Clone)]
struct SettingsKey {
    id: String,
    cipher: Aes256Gcm,
}

impl SettingsKeys {
    /// From the texts of keys: 64 hexadecimal digits, or 32 bytes in base64. Without a current one, no secret can be
    /// kept.
    ///
    /// # Errors
    /// [`SealError::NoSuchKey`]
    pub fn new(current: Option<SecretString>, previous: Option<SecretString>) -> Result<Self, SealError> {
        let key = |text: Option<SecretString>| text.map(|text| SettingsKey::read(&text)).transpose();
        Ok(Self { current: key(current)?, previous: key(previous)? })
    }

    /// The key of a branch that keeps a copy of its settings: made from the token that it shares with the admin server,
    /// so that it needs no further secret.
    #[must_use]
    pub fn of_branch_token(token: &SecretString) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes());
        let mut mac = mac.expect("BUG: an HMAC takes keys of any length");
        mac.update(b"responder settings of a branch");
        Self { current: Some(SettingsKey::new(mac.finalize().into_bytes().into())), previous: None }
    }

    /// A value as it is kept: sealed, if it is a secret. That there shall be nothing is none.
    ///
    /// # Errors
    /// [`SealError::NoKey`] for a secret.
    pub fn keep(&self, branch: &BranchKey, setting: &Setting, value: &str) -> Result<StoredValue, SealError> {
        if setting.secrecy != Secrecy::Sealed || value.is_empty() {
            return Ok(StoredValue::Plain(value.to_owned()));
        }
        let key = self.current.as_ref().ok_or_else(|| SealError::NoKey { setting: setting.name.to_owned() })?;
        Ok(StoredValue::Sealed(key.seal(branch, setting.name, value)))
    }

    /// The value that was kept.
    ///
    /// # Errors
    /// [`SealError::WrongKey`], [`SealError::Damaged`]
    pub fn open(&self, branch: &BranchKey, name: &str, kept: &StoredValue) -> Result<String, SealError> {
        let sealed = match kept {
            StoredValue::Plain(text) => return Ok(text.clone()),
            StoredValue::Sealed(sealed) => sealed,
        };
        let known = self.current.iter().chain(&self.previous).find(|key| key.id == sealed.key);
        let wrong =
            || SealError::WrongKey { branch: branch.to_string(), setting: name.to_owned(), needed: sealed.key.clone() };
        let opened = known.ok_or_else(wrong)?.open(branch, name, sealed);
        opened.ok_or_else(|| SealError::Damaged { branch: branch.to_string(), setting: name.to_owned() })
    }

    /// What older versions kept openly and is a secret by now, sealed; nothing without a key.
    pub fn seal_older(&self, branch: &BranchKey, stored: &StoredSettings) -> BTreeMap<String, Option<StoredValue>> {
        let seal = |(name, kept): (&String, &StoredValue)| {
            let StoredValue::Plain(text) = kept else { return None };
            let setting = setting(name).filter(|setting| ONCE_OPEN.contains(&setting.name))?;
            let sealed = self.keep(branch, setting, text).ok()?;
            matches!(sealed, StoredValue::Sealed(_)).then(|| (name.clone(), Some(sealed)))
        };
        stored.values.iter().filter_map(seal).collect()
    }

    /// Whether everything that is kept of a branch can be opened, and no secret is kept openly: what a server makes
    /// sure of before it starts.
    ///
    /// # Errors
    /// The first value that can't.
    pub fn check(&self, branch: &BranchKey, stored: &StoredSettings) -> Result<(), SealError> {
        for (name, kept) in &stored.values {
            if let (StoredValue::Plain(text), Some(Setting { secrecy: Secrecy::Sealed, .. })) = (kept, setting(name))
                && !text.is_empty()
                && !ONCE_OPEN.contains(&name.as_str())
            {
                return Err(SealError::Damaged { branch: branch.to_string(), setting: name.clone() });
            }
            self.open(branch, name, kept)?;
        }
        Ok(())
    }
}

/// Secrets that were none in older versions.
const ONCE_OPEN: [&str; 1] = ["DEBUG_WEBHOOK_URL"];

impl SettingsKey {
    fn new(key: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"responder settings key").chain_update(key).finalize();
        let id = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { id, cipher: Aes256Gcm::new(&key.into()) }
    }

    fn read(text: &SecretString) -> Result<Self, SealError> {
        let text = text.expose_secret().trim();
        let bytes = if text.len() == 64 { from_hex(text) } else { None };
        let decoded =
            || [STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok());
        let key = bytes.or_else(decoded).and_then(|bytes| bytes.try_into().ok());
        key.map(Self::new).ok_or(SealError::NoSuchKey)
    }

    fn seal(&self, branch: &BranchKey, name: &str, value: &str) -> Sealed {
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).expect("BUG: an operating system without a random source");
        let place = place(branch, name);
        let payload = Payload { msg: value.as_bytes(), aad: place.as_bytes() };
        let text = self.cipher.encrypt(&nonce.into(), payload).expect("BUG: a value is shorter than 64 GiB");
        Sealed { key: self.id.clone(), nonce: STANDARD.encode(nonce), text: STANDARD.encode(text) }
    }

    fn open(&self, branch: &BranchKey, name: &str, sealed: &Sealed) -> Option<String> {
        let nonce: [u8; 12] = STANDARD.decode(&sealed.nonce).ok()?.try_into().ok()?;
        let text = STANDARD.decode(&sealed.text).ok()?;
        let place = place(branch, name);
        let payload = Payload { msg: &text, aad: place.as_bytes() };
        String::from_utf8(self.cipher.decrypt(&nonce.into(), payload).ok()?).ok()
    }
}

/// Neither a key of a branch nor a name has a slash.
fn place(branch: &BranchKey, name: &str) -> String {
    format!("responder/settings/{branch}/{name}")
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    Some(digits?.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

impl fmt::Debug for SettingsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SettingsKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(current: u8) -> SettingsKeys {
        SettingsKeys::new(Some(format!("{current:02x}").repeat(32).into()), None).expect("keys")
    }

    fn token() -> &'static Setting {
        setting("TWILIO_AUTH_TOKEN").expect("a setting")
    }

    fn tuc() -> BranchKey {
        "tuc".parse().expect("a key")
    }

    #[test]
    fn only_the_key_opens_only_at_its_place() {
        let kept = keys(1).keep(&tuc(), token(), "a secret").expect("sealed");
        let json = serde_json::to_string(&kept).expect("JSON");
        assert!(!json.contains("secret") && !format!("{kept:?}").contains("secret"));
        assert_eq!(keys(1).open(&tuc(), token().name, &kept).as_deref(), Ok("a secret"));
        assert!(matches!(keys(2).open(&tuc(), token().name, &kept), Err(SealError::WrongKey { .. })));
        assert!(matches!(keys(1).open(&tuc(), "voice", &kept), Err(SealError::Damaged { .. })));
        let again = keys(1).keep(&tuc(), token(), "a secret").expect("sealed");
        assert_ne!(again, kept, "a nonce is used once");
    }

    #[test]
    fn what_was_changed_is_not_opened() {
        let Ok(StoredValue::Sealed(sealed)) = keys(1).keep(&tuc(), token(), "a secret") else { panic!("not sealed") };
        let mut text = STANDARD.decode(&sealed.text).expect("base64");
        text[0] ^= 1;
        for changed in [
            Sealed { text: STANDARD.encode(&text), ..sealed.clone() },
            Sealed { text: "!".to_owned(), ..sealed.clone() },
            Sealed { nonce: STANDARD.encode([0; 12]), ..sealed.clone() },
            Sealed { nonce: STANDARD.encode([0; 11]), ..sealed },
        ] {
            let opened = keys(1).open(&tuc(), token().name, &StoredValue::Sealed(changed));
            assert!(matches!(opened, Err(SealError::Damaged { .. })));
        }
    }

    #[test]
    fn secrets_of_the_old_key_are_read_while_it_is_changed() {
        let kept = keys(1).keep(&tuc(), token(), "a secret").expect("sealed");
        let both = SettingsKeys::new(Some("02".repeat(32).into()), Some("01".repeat(32).into())).expect("keys");
        assert_eq!(both.open(&tuc(), token().name, &kept).as_deref(), Ok("a secret"));
        let StoredValue::Sealed(new) = both.keep(&tuc(), token(), "x").expect("sealed") else { panic!("not sealed") };
        let StoredValue::Sealed(old) = kept else { panic!("not sealed") };
        assert_ne!(new.key, old.key);
    }

    #[test]
    fn a_server_finds_out_at_its_start_that_its_key_is_wrong() {
        let kept = keys(1).keep(&tuc(), token(), "a secret").expect("sealed");
        let stored = StoredSettings { values: [(token().name.to_owned(), kept)].into(), ..StoredSettings::default() };
        assert_eq!(keys(1).check(&tuc(), &stored), Ok(()));
        for wrong in [keys(2), SettingsKeys::default()] {
            let error = wrong.check(&tuc(), &stored).expect_err("another key");
            assert!(error.to_string().starts_with("TWILIO_AUTH_TOKEN of tuc is sealed with key "), "{error}");
        }
        let open = [(token().name.to_owned(), StoredValue::Plain("a secret".to_owned()))].into();
        let open = StoredSettings { values: open, ..StoredSettings::default() };
        assert!(keys(1).check(&tuc(), &open).is_err(), "a secret that lies open");
    }

    #[test]
    fn what_was_no_secret_in_an_older_version_is_sealed_when_there_is_a_key() {
        let url = "https://hooks.example.com/T0/abc";
        let plain = |text: &str| StoredValue::Plain(text.to_owned());
        let all = [("DEBUG_WEBHOOK_URL", plain(url)), ("voice", plain("Polly.Amy")), (token().name, plain(""))];
        let values = all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let stored = StoredSettings { values, ..StoredSettings::default() };
        assert_eq!(keys(1).check(&tuc(), &stored), Ok(()), "nor is it one that there shall be no token");
        let sealed: Vec<_> = keys(1).seal_older(&tuc(), &stored).into_iter().collect();
        let [(name, Some(kept))] = sealed.as_slice() else { panic!("{sealed:?}") };
        assert_eq!(keys(1).open(&tuc(), name, kept).as_deref(), Ok(url));
        assert!(matches!(kept, StoredValue::Sealed(_)));
        assert!(SettingsKeys::default().seal_older(&tuc(), &stored).is_empty());
    }

    #[test]
    fn keys_are_32_bytes_in_either_form() {
        let hex = SettingsKeys::new(Some("ff".repeat(32).into()), None).expect("a key");
        let base64 = SettingsKeys::new(Some(STANDARD.encode([255; 32]).into()), None).expect("a key");
        assert_eq!(format!("{hex:?}"), format!("{base64:?}"));
        for text in ["", "ff", "a passphrase", &"zz".repeat(32), &STANDARD.encode([255; 31])] {
            assert!(SettingsKeys::new(Some((*text).into()), None).is_err(), "{text:?}");
        }
        assert_eq!(
            SettingsKeys::default().keep(&tuc(), token(), "x"),
            Err(SealError::NoKey { setting: token().name.to_owned() })
        );
    }
}
