//! Tries that break the contract.

use std::sync::PoisonError;

use async_trait::async_trait;

use super::broken_admin::{AdminFault, BrokenAdmin};
use crate::{
    Timestamp,
    access::{Tries, TrySubject},
    store::{EmergencyStore, MOST_SUBJECTS, StoreError, TryChange, TryStore},
};

#[async_trait]
impl TryStore for BrokenAdmin {
    async fn tries(&self, subjects: &[TrySubject]) -> Result<(Timestamp, Vec<Option<Tries>>), StoreError> {
        if self.has_own_tries() {
            let now = self.inner.now().await?;
            let own = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok((now, subjects.iter().map(|subject| own.get(subject).copied()).collect()));
        }
        let (now, mut known) = self.inner.tries(subjects).await?;
        if self.is(AdminFault::MixesSubjects) {
            known.reverse();
        }
        Ok((now, known))
    }

    async fn change_tries(&self, changes: &[TryChange]) -> Result<bool, StoreError> {
        if self.has_own_tries() {
            self.change_own(changes);
            return Ok(true);
        }
        let mut changes = changes.to_vec();
        if self.is(AdminFault::CountsBlindly) {
            for change in &mut changes {
                change.seen = self.inner.tries(&[change.subject]).await?.1[0];
            }
        }
        let is_written = self.inner.change_tries(&changes).await?;
        if !is_written && self.is(AdminFault::CountsHalf) {
            self.inner.change_tries(&changes[..1]).await?;
        }
        Ok(is_written)
    }
}

impl BrokenAdmin {
    fn has_own_tries(&self) -> bool {
        self.is(AdminFault::KeepsAllTries) || self.is(AdminFault::WashesOut)
    }

    fn change_own(&self, changes: &[TryChange]) {
        let mut own = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            if self.is(AdminFault::WashesOut) && own.len() >= usize::try_from(MOST_SUBJECTS).unwrap_or(usize::MAX) {
                own.clear();
            }
            match change.now {
                Some(tries) => own.insert(change.subject, tries),
                None => own.remove(&change.subject),
            };
        }
    }
}
