//! One branch at work: where reports, calls, texts and outcomes meet the store.
//!
//! A [`Branch`] finds out which emergency something belongs to, has the state machine handle it, and stores what comes
//! of it; only then is the answer given. What has to be done in the world afterwards is for the
//! [`Dispatcher`](crate::driver::Dispatcher).

mod arrivals;
mod codes;
mod error;
mod feed;
mod handle;
mod handover;
mod inbound;
mod journal;
mod live;
mod pulse;
mod reload;
#[cfg(feature = "admin")]
pub mod remote;
mod report;
mod settings;
mod texts;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

pub(crate) use arrivals::Arrivals;
use codes::Codes;
pub use error::{HandleError, ReportError};
pub(crate) use feed::{FollowError, Follower, Noted};
pub use handle::Handled;
pub(crate) use handover::Handover;
pub use inbound::Inbound;
use journal::Journal;
pub(crate) use journal::Note;
pub(crate) use pulse::Pulse;
#[cfg(feature = "mock")]
pub use reload::MockReload;
pub use reload::{InForce, Refused, Reload, ReloadError, Reloaded, Standing};
pub use report::Reported;
pub use settings::{BranchSettings, SettingsError};
use texts::AnswerLimit;
pub use texts::TextAnswer;
use tokio::sync::watch;

use crate::{
    notify::{NoNotifier, Notifier},
    script::{Links, Script},
    store::{BranchControl, BranchKey, CommitId, EmergencyStore},
    telephony::Telephony,
};

/// One branch: its settings, and what it works with.
///
/// ```
/// # async fn example(store: std::sync::Arc<dyn responder_core::store::EmergencyStore>,
/// #     telephony: std::sync::Arc<dyn responder_core::telephony::Telephony>,
/// #     settings: responder_core::branch::BranchSettings) -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use responder_core::{branch::Branch, driver::Dispatcher, emergency::Report, script::{Links, Script}};
///
/// let links = Links::new("https://help.example.com".parse()?);
/// let branch = Branch::new("tuc".parse()?, settings, store, telephony, Script::default(), links);
/// let branch = Arc::new(branch);
///
/// let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
/// let reported = branch.report(report, None).await?;
/// println!("the phone rings for {}", reported.id());
/// # Ok(())
/// # }
/// ```
pub struct Branch {
    key: BranchKey,
    live: live::Live,
    store: Arc<dyn EmergencyStore>,
    notifier: Arc<dyn Notifier>,
    control: Option<Arc<dyn BranchControl>>,
    links: Links,
    work: watch::Sender<()>,
    answers: Mutex<AnswerLimit>,
    codes: Codes,
    pulse: Pulse,
    handover: Handover,
    arrivals: Arrivals,
    feed: Arc<feed::Feed>,
    journal: Option<Journal>,
}

impl Branch {
    /// A branch without mail; see [`with_notifier`](Self::with_notifier).
    pub fn new(
        key: BranchKey,
        settings: BranchSettings,
        store: Arc<dyn EmergencyStore>,
        telephony: Arc<dyn Telephony>,
        script: Script,
        links: Links,
    ) -> Self {
        Self {
            key,
            live: live::Live::new(settings, script, telephony),
            store,
            notifier: Arc::new(NoNotifier),
            links,
            work: watch::Sender::new(()),
            answers: Mutex::default(),
            codes: Codes::default(),
            pulse: Pulse::default(),
            handover: Handover::default(),
            arrivals: Arrivals::default(),
            feed: Arc::default(),
            control: None,
            journal: None,
        }
    }

    /// Sends mail by `notifier`.
    #[must_use]
    pub fn with_notifier(self, notifier: Arc<dyn Notifier>) -> Self {
        Self { notifier, ..self }
    }

    /// Tells in its status whether `control` has switched it off. Reports are refused then in any case, by the store.
    #[must_use]
    pub fn with_control(self, control: Arc<dyn BranchControl>) -> Self {
        Self { control: Some(control), ..self }
    }

    /// Its name.
    pub const fn key(&self) -> &BranchKey {
        &self.key
    }

    /// Where its emergencies are kept.
    pub fn store(&self) -> &Arc<dyn EmergencyStore> {
        &self.store
    }

    /// What it mails with.
    pub fn notifier(&self) -> &Arc<dyn Notifier> {
        &self.notifier
    }

    /// The URLs that it hands out.
    pub const fn links(&self) -> &Links {
        &self.links
    }

    /// When a dispatcher last worked for it in this process.
    pub(crate) const fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// When requests came.
    pub(crate) const fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    /// Where commits leave what they claimed.
    pub(crate) const fn handover(&self) -> &Handover {
        &self.handover
    }

    pub(crate) const fn control(&self) -> Option<&Arc<dyn BranchControl>> {
        self.control.as_ref()
    }

    /// Changes whenever there may be something new to do: only a hint, the store is the truth.
    pub(crate) fn work(&self) -> watch::Receiver<()> {
        self.work.subscribe()
    }

    pub(crate) fn announce_work(&self) {
        self.work.send_replace(());
    }

    pub(crate) fn commit_id() -> CommitId {
        CommitId::from_random(random_bits())
    }
}

/// Without what it works with: settings hold numbers and names.
impl fmt::Debug for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch").field("key", &self.key).finish_non_exhaustive()
    }
}

/// 128 bits from the system's random source.
fn random_bits() -> u128 {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("BUG: an operating system without a random source");
    u128::from_ne_bytes(bits)
}
