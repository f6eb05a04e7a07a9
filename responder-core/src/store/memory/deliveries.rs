//! Deliveries.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use async_trait::async_trait;

use super::super::{
    AfterFailure, BranchKey, Delivery, DeliveryRequest, DeliveryStore, DeliveryTicket, EventId, Gap, Lease, Message,
    StoreError, StoredEvent, TargetName,
};
use super::MemoryStore;
use super::data::Data;
use crate::{Timestamp, emergency::EmergencyId};

/// Somebody who gets events.
#[derive(Debug)]
pub(super) struct Target {
    /// The last event that was divided into lanes.
    last: EventId,
    /// Claims, ever.
    claims: u64,
    /// What is not delivered yet.
    lanes: BTreeMap<Option<EmergencyId>, Lane>,
}

#[derive(Debug)]
struct Lane {
    /// The next event; none if only a gap is left to tell of.
    head: Option<EventId>,
    gap: Option<Gap>,
    tries: u32,
    claim: u64,
    visible_at: Timestamp,
}

#[async_trait]
impl DeliveryStore for MemoryStore {
    async fn subscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        let mut data = self.data();
        let branch = data.branch_mut(branch);
        let last = EventId::from_u64(branch.events.len() as u64);
        let new = Target { last, claims: 0, lanes: BTreeMap::new() };
        branch.targets.entry(target.clone()).or_insert(new);
        Ok(())
    }

    async fn unsubscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        self.data().branch_mut(branch).targets.remove(target);
        Ok(())
    }

    async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError> {
        let now = self.clock.now();
        Ok(self.data().claim_deliveries(now, request).unwrap_or_default())
    }

    async fn delivered(&self, ticket: &DeliveryTicket, lease: Lease) -> Result<Option<Delivery>, StoreError> {
        let now = self.clock.now();
        Ok(self.data().delivered(now, ticket, lease))
    }

    async fn failed(
        &self,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Result<AfterFailure, StoreError> {
        let now = self.clock.now();
        Ok(self.data().failed(now, ticket, delay, give_up).unwrap_or(AfterFailure::NotOurs))
    }

    async fn next_delivery(&self, branch: &BranchKey, target: &TargetName) -> Result<Option<Duration>, StoreError> {
        let (data, now) = (self.data(), self.clock.now());
        let found = data.branches.get(branch).and_then(|branch| Some((branch, branch.targets.get(target)?)));
        let Some((branch, target)) = found else { return Ok(None) };
        if target.last.as_u64() < branch.events.len() as u64 {
            return Ok(Some(Duration::ZERO));
        }
        Ok(target.lanes.values().map(|lane| lane.visible_at).min().map(|at| at.since(now)))
    }
}

impl Data {
    fn claim_deliveries(&mut self, now: Timestamp, request: &DeliveryRequest) -> Option<Vec<Delivery>> {
        let branch = self.branches.get_mut(&request.branch)?;
        let target = branch.targets.get_mut(&request.target)?;
        target.divide(now, &branch.events);
        let waiting = target.lanes.iter().filter(|(_, lane)| lane.visible_at <= now);
        let mut waiting: Vec<_> = waiting.map(|(lane, row)| (row.visible_at, *lane)).collect();
        waiting.sort_unstable();
        waiting.truncate(usize::try_from(request.max).unwrap_or(usize::MAX));
        let ticket =
            |lane| DeliveryTicket { branch: request.branch.clone(), target: request.target.clone(), lane, claim: 0 };
        let taken = waiting.into_iter();
        Some(taken.filter_map(|(_, lane)| target.take(now, &branch.events, ticket(lane), request.lease)).collect())
    }

    fn delivered(&mut self, now: Timestamp, ticket: &DeliveryTicket, lease: Lease) -> Option<Delivery> {
        let branch = self.branches.get_mut(&ticket.branch)?;
        let target = branch.targets.get_mut(&ticket.target)?;
        let last = target.last;
        let lane = target.lanes.get_mut(&ticket.lane).filter(|lane| lane.claim == ticket.claim)?;
        lane.tries = 0;
        if lane.gap.take().is_none() {
            lane.head = lane.head.and_then(|head| next(&branch.events, ticket.lane, head.plus(1), last));
        }
        if lane.head.is_none() {
            target.lanes.remove(&ticket.lane);
            return None;
        }
        target.take(now, &branch.events, ticket.clone(), lease)
    }

    fn failed(
        &mut self,
        now: Timestamp,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Option<AfterFailure> {
        let branch = self.branches.get_mut(&ticket.branch)?;
        let target = branch.targets.get_mut(&ticket.target)?;
        let last = target.last;
        let lane = target.lanes.get_mut(&ticket.lane).filter(|lane| lane.claim == ticket.claim)?;
        lane.visible_at = now + delay;
        lane.claim = 0;
        let mut skipped = 0;
        while let Some(head) = lane.head
            && event(&branch.events, head).is_none_or(|event| event.at <= give_up)
        {
            let before = lane.gap.map_or((head, 0), |gap| (gap.first, gap.count));
            let (first, count) = (before.0, before.1 + 1);
            lane.gap = Some(Gap { emergency: ticket.lane, first, last: head, count, since: now });
            lane.head = next(&branch.events, ticket.lane, head.plus(1), last);
            skipped += 1;
        }
        match lane.gap {
            Some(gap) if skipped == 0 && lane.head.is_none() && gap.since <= give_up => {
                target.lanes.remove(&ticket.lane);
                Some(AfterFailure::GivenUp(gap))
            }
            _ => Some(AfterFailure::Later { skipped }),
        }
    }
}

impl Target {
    /// Gives every lane with new events its first.
    fn divide(&mut self, now: Timestamp, events: &[StoredEvent]) {
        let seen = usize::try_from(self.last.as_u64()).unwrap_or(usize::MAX).min(events.len());
        for event in &events[seen..] {
            match self.lanes.entry(event.emergency) {
                Entry::Occupied(mut lane) => {
                    lane.get_mut().head.get_or_insert(event.id);
                }
                Entry::Vacant(lane) => {
                    lane.insert(Lane { head: Some(event.id), gap: None, tries: 0, claim: 0, visible_at: now });
                }
            }
            self.last = event.id;
        }
    }

    /// Claims a lane; `ticket` is that of the claim before.
    fn take(
        &mut self,
        now: Timestamp,
        events: &[StoredEvent],
        ticket: DeliveryTicket,
        lease: Lease,
    ) -> Option<Delivery> {
        let lane = self.lanes.get_mut(&ticket.lane)?;
        self.claims += 1;
        lane.claim = self.claims;
        lane.tries += 1;
        lane.visible_at = now + lease.span();
        let message = match lane.gap {
            Some(gap) => Message::Gap(gap),
            None => Message::Event(event(events, lane.head?)?.clone()),
        };
        let ticket = DeliveryTicket { claim: lane.claim, ..ticket };
        Some(Delivery { ticket, message, tries: lane.tries, now })
    }
}

fn event(events: &[StoredEvent], id: EventId) -> Option<&StoredEvent> {
    events.get(usize::try_from(id.as_u64().checked_sub(1)?).ok()?)
}

/// The first event of a lane from `from` to `last`.
fn next(events: &[StoredEvent], lane: Option<EmergencyId>, from: EventId, last: EventId) -> Option<EventId> {
    let ids = (from.as_u64()..=last.as_u64()).map(EventId::from_u64);
    let mut events = ids.filter_map(|id| event(events, id));
    events.find(|event| event.emergency == lane).map(|event| event.id)
}
