//! What may change while a branch is at work.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Branch, BranchSettings};
use crate::{script::Script, telephony::Telephony};

/// Replaced as a whole. Whoever works with something holds on to it, and is not disturbed.
pub(super) struct Live(RwLock<Now>);

#[derive(Clone)]
struct Now {
    settings: Arc<BranchSettings>,
    script: Arc<Script>,
    telephony: Arc<dyn Telephony>,
}

impl Live {
    pub(super) fn new(settings: BranchSettings, script: Script, telephony: Arc<dyn Telephony>) -> Self {
        Self(RwLock::new(Now { settings: Arc::new(settings), script: Arc::new(script), telephony }))
    }

    fn now(&self) -> Now {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Branch {
    /// Its settings, as of now.
    pub fn settings(&self) -> Arc<BranchSettings> {
        self.live.now().settings
    }

    /// What it calls and texts with, as of now.
    pub fn telephony(&self) -> Arc<dyn Telephony> {
        self.live.now().telephony
    }

    /// How it speaks and writes, as of now.
    pub fn script(&self) -> Arc<Script> {
        self.live.now().script
    }

    /// Goes on with other settings. An emergency keeps the policy that it began with; everything else counts from the
    /// next thing that happens.
    pub fn reconfigure(&self, settings: BranchSettings, script: Script) {
        if let Some(log) = self.log() {
            log.set_zone(script.time_zone.clone());
        }
        let mut now = self.live.0.write().unwrap_or_else(PoisonError::into_inner);
        now.settings = Arc::new(settings);
        now.script = Arc::new(script);
    }

    /// Goes on with another account. What is under way with the old one ends there.
    pub fn reconnect(&self, telephony: Arc<dyn Telephony>) {
        self.live.0.write().unwrap_or_else(PoisonError::into_inner).telephony = telephony;
    }
}
