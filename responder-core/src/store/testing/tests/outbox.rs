//! An outbox of records that breaks the contract.

use std::time::Duration;

use async_trait::async_trait;

use super::broken_admin::{AdminFault, BrokenAdmin};
use crate::{
    access::AuditId,
    store::{AuditClaim, AuditOutbox, AuditRequest, AuditTicket, Lease, StoreError, TargetName},
};

#[async_trait]
impl AuditOutbox for BrokenAdmin {
    async fn follow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        if self.is(AdminFault::FollowsAnew) {
            self.inner.unfollow_audit(reader).await?;
        }
        self.inner.follow_audit(reader).await
    }

    async fn unfollow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        if self.is(AdminFault::ForgetsNobody) { Ok(()) } else { self.inner.unfollow_audit(reader).await }
    }

    async fn claim_audit(&self, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError> {
        let mut request = request.clone();
        if self.is(AdminFault::SharesEntries) {
            request.lease = Lease::for_deadline(Duration::ZERO);
        }
        let mut claimed = self.inner.claim_audit(&request).await?;
        if let Some(claim) = &mut claimed {
            match () {
                () if self.is(AdminFault::HandsOutNewestFirst) => claim.entries.reverse(),
                () if self.is(AdminFault::ForgetsTries) => claim.tries = 1,
                // As if it had become visible too late.
                () if self.is(AdminFault::LeavesOut) && claim.entries.len() > 2 => drop(claim.entries.remove(1)),
                () => {}
            }
        }
        Ok(claimed)
    }

    async fn keep_audit(&self, ticket: &AuditTicket, through: AuditId, lease: Lease) -> Result<bool, StoreError> {
        let lease = if self.is(AdminFault::LeasesNothing) { Lease::for_deadline(Duration::ZERO) } else { lease };
        self.inner.keep_audit(&self.of(ticket), through, lease).await
    }

    async fn release_audit(
        &self,
        ticket: &AuditTicket,
        done: Option<AuditId>,
        delay: Duration,
    ) -> Result<bool, StoreError> {
        let done = done.filter(|_| !self.is(AdminFault::ForgetsProgress));
        let delay = if self.is(AdminFault::ForgetsPauses) { Duration::ZERO } else { delay };
        self.inner.release_audit(&self.of(ticket), done, delay).await
    }
}

impl BrokenAdmin {
    /// Somebody else's claim, for whoever may speak by any.
    fn of(&self, ticket: &AuditTicket) -> AuditTicket {
        let later = u64::from(self.is(AdminFault::TakesAnyTicket));
        AuditTicket { claim: ticket.claim + later, ..ticket.clone() }
    }
}
