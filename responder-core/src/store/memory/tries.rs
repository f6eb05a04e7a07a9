//! Tries to log in.

use std::collections::HashMap;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    Timestamp,
    access::{Tries, TrySubject},
    store::{MOST_SUBJECTS, StoreError, TryChange, TryStore},
};

/// What is known of each subject.
pub(super) type AllTries = HashMap<TrySubject, Tries>;

fn change(all: &mut AllTries, now: Timestamp, changes: &[TryChange]) -> bool {
    if changes.iter().any(|change| all.get(&change.subject).copied() != change.seen) {
        return false;
    }
    let added = changes.iter().filter(|change| change.seen.is_none() && change.now.is_some()).count();
    make_room(all, now, added);
    for change in changes {
        match change.now {
            Some(tries) => all.insert(change.subject, tries),
            None => all.remove(&change.subject),
        };
    }
    true
}

fn make_room(all: &mut AllTries, now: Timestamp, added: usize) {
    let is_full = |all: &AllTries| all.len() + added > usize::try_from(MOST_SUBJECTS).unwrap_or(usize::MAX);
    if is_full(all) {
        all.retain(|_, tries| now.since(tries.last) < Tries::LIFE);
    }
    if is_full(all) {
        all.retain(|_, tries| tries.count > Tries::FREE);
    }
    if is_full(all) {
        all.clear();
    }
}

#[async_trait]
impl TryStore for MemoryStore {
    async fn tries(&self, subjects: &[TrySubject]) -> Result<(Timestamp, Vec<Option<Tries>>), StoreError> {
        let data = self.data();
        let known = subjects.iter().map(|subject| data.admin.tries.get(subject).copied()).collect();
        Ok((self.clock.now(), known))
    }

    async fn change_tries(&self, changes: &[TryChange]) -> Result<bool, StoreError> {
        Ok(change(&mut self.data().admin.tries, self.clock.now(), changes))
    }
}
