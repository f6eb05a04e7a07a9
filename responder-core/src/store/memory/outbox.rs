//! How far those have come who act on what is recorded.

use std::time::Duration;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    Timestamp,
    access::AuditId,
    store::{AuditClaim, AuditOutbox, AuditRequest, AuditTicket, Lease, StoreError, TargetName},
};

/// Somebody who acts on what is recorded.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The last entry that is done.
    done: AuditId,
    /// Claims, ever; the last one may speak.
    claims: u64,
    tries: u32,
    visible_at: Timestamp,
}

impl Reader {
    pub(super) fn after(done: AuditId) -> Self {
        Self { done, ..Self::default() }
    }

    fn do_through(&mut self, through: AuditId) {
        self.done = self.done.max(through);
        self.tries = 0;
    }
}

impl super::admin::Admin {
    fn claim(&mut self, now: Timestamp, request: &AuditRequest) -> Option<AuditClaim> {
        let reader = self.readers.get_mut(&request.reader).filter(|reader| reader.visible_at <= now)?;
        let done = usize::try_from(reader.done.as_u64()).unwrap_or(usize::MAX);
        let max = usize::try_from(request.max).unwrap_or(usize::MAX);
        let entries: Vec<_> = self.audit.iter().skip(done).take(max).cloned().collect();
        if entries.is_empty() {
            return None;
        }
        reader.claims += 1;
        reader.tries = reader.tries.saturating_add(1);
        reader.visible_at = now + request.lease.span();
        let ticket = AuditTicket { reader: request.reader.clone(), claim: reader.claims };
        Some(AuditClaim { ticket, entries, tries: reader.tries, now })
    }

    fn holder(&mut self, ticket: &AuditTicket) -> Option<&mut Reader> {
        self.readers.get_mut(&ticket.reader).filter(|reader| reader.claims == ticket.claim)
    }
}

#[async_trait]
impl AuditOutbox for MemoryStore {
    async fn follow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        let mut data = self.data();
        let admin = &mut data.admin;
        let last = admin.audit.last().map(|recorded| recorded.id).unwrap_or_default();
        admin.readers.entry(reader.clone()).or_insert_with(|| Reader::after(last));
        Ok(())
    }

    async fn unfollow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        self.data().admin.readers.remove(reader);
        Ok(())
    }

    async fn claim_audit(&self, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError> {
        Ok(self.data().admin.claim(self.clock.now(), request))
    }

    async fn keep_audit(&self, ticket: &AuditTicket, through: AuditId, lease: Lease) -> Result<bool, StoreError> {
        let mut data = self.data();
        let Some(reader) = data.admin.holder(ticket) else { return Ok(false) };
        reader.do_through(through);
        reader.visible_at = self.clock.now() + lease.span();
        Ok(true)
    }

    async fn release_audit(
        &self,
        ticket: &AuditTicket,
        done: Option<AuditId>,
        delay: Duration,
    ) -> Result<bool, StoreError> {
        let mut data = self.data();
        let Some(reader) = data.admin.holder(ticket) else { return Ok(false) };
        if let Some(done) = done {
            reader.do_through(done);
        }
        reader.claims += 1;
        reader.visible_at = self.clock.now() + delay;
        Ok(true)
    }
}
