//! The mail of the office: beside the record of the phone network, what the outside world has seen.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use responder::{
    Timestamp,
    driver::Clock,
    notify::{Notifier, NotifyError},
    script::Mail,
};

#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) at: Timestamp,
    pub(crate) subject: String,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Post {
    clock: Arc<dyn Clock>,
    letters: Mutex<Vec<Letter>>,
}

impl Post {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, letters: Mutex::default() }
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Notifier for Post {
    async fn send_mail(&self, _: &[String], mail: &Mail) -> Result<(), NotifyError> {
        let letter = Letter { at: self.clock.now(), subject: mail.subject.clone(), text: mail.text.clone() };
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        Ok(())
    }
}
