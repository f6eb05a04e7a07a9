//! The state as the trace shows it.

use crate::{
    sid::{Kind, Sid},
    trace::{QueueRecord, Trace},
};

use super::Network;

impl Network {
    pub(crate) fn trace(&self) -> Trace {
        Trace {
            calls: self
                .call_order
                .iter()
                .filter_map(|sid| self.calls.get(sid))
                .map(|call| call.record.clone())
                .collect(),
            messages: self.messages.iter().map(|message| message.record.clone()).collect(),
            recordings: self.recordings.iter().map(|recording| recording.record.clone()).collect(),
            queues: self.queue_records(),
            conferences: self.conferences.iter().map(|conference| conference.record.clone()).collect(),
            requests: self.requests.clone(),
            notices: self.notices.clone(),
        }
    }

    /// The identifier of one of the account's numbers.
    pub(crate) fn number_sid(&self, number: &str) -> Sid {
        self.sids.named(Kind::Number, number)
    }

    pub(crate) fn queue_records(&self) -> Vec<QueueRecord> {
        let record = |queue: &super::Queue| QueueRecord {
            sid: queue.sid.clone(),
            name: queue.name.clone(),
            max_size: queue.max_size,
            members: queue.members.iter().cloned().collect(),
            agents: queue.agents.iter().cloned().collect(),
            deleted: queue.deleted,
        };
        self.queues.iter().map(record).collect()
    }
}
