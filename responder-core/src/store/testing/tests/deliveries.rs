//! Deliveries that break the contract.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::broken::Fault;
use crate::{
    Timestamp,
    store::{
        AfterFailure, BranchKey, Delivery, DeliveryRequest, DeliveryStore, DeliveryTicket, Lease, MemoryStore,
        StoreError, TargetName,
    },
};

#[derive(Debug)]
pub(super) struct BrokenDeliveries {
    pub(super) inner: Arc<MemoryStore>,
    pub(super) fault: Fault,
}

#[async_trait]
impl DeliveryStore for BrokenDeliveries {
    async fn subscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        if self.fault == Fault::SubscribesAnew {
            self.inner.unsubscribe(branch, target).await?;
        }
        self.inner.subscribe(branch, target).await
    }

    async fn unsubscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        if self.fault == Fault::ForgetsNobody { Ok(()) } else { self.inner.unsubscribe(branch, target).await }
    }

    async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError> {
        let mut request = request.clone();
        match self.fault {
            Fault::DeliversOneAtATime => request.max = request.max.min(1),
            Fault::SharesLanes => request.lease = Lease::for_deadline(Duration::ZERO),
            _ => {}
        }
        let mut claimed = self.inner.claim_deliveries(&request).await?;
        if self.fault == Fault::ForgetsTries {
            claimed.iter_mut().for_each(|delivery| delivery.tries = 1);
        }
        Ok(claimed)
    }

    async fn delivered(&self, ticket: &DeliveryTicket, lease: Lease) -> Result<Option<Delivery>, StoreError> {
        let mut ticket = ticket.clone();
        if self.fault == Fault::TakesAnyTicket {
            ticket.claim += 1;
        }
        let next = self.inner.delivered(&ticket, lease).await?;
        Ok(next.filter(|_| self.fault != Fault::EndsLanesEarly))
    }

    async fn failed(
        &self,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Result<AfterFailure, StoreError> {
        let delay = if self.fault == Fault::ForgetsPauses { Duration::ZERO } else { delay };
        let give_up = if self.fault == Fault::NeverSkips { Timestamp::default() } else { give_up };
        self.inner.failed(ticket, delay, give_up).await
    }

    async fn next_delivery(&self, branch: &BranchKey, target: &TargetName) -> Result<Option<Duration>, StoreError> {
        let next = self.inner.next_delivery(branch, target).await?;
        Ok(next.filter(|_| self.fault != Fault::SleepsForEver))
    }
}
