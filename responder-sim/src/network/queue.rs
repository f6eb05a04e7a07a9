//! Queues: who waits, who is taken out, and who is told (Twilio, `<Enqueue>`, `<Leave>`, `<Queue>`).

use std::{collections::VecDeque, time::Duration};

use responder_core::Timestamp;

use crate::{
    clock::whole_seconds,
    sid::{Kind, Sid},
    trace::{Hold, Sound},
    webhook::{Fields, Target},
};

use super::{Network, QueueDial, Role, Stage, Timer, Visit, Wait};

/// A queue and those who wait at its two ends.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) sid: Sid,
    pub(crate) name: String,
    pub(crate) max_size: u32,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) members: VecDeque<Sid>,
    pub(crate) agents: VecDeque<Sid>,
    pub(crate) deleted: bool,
}

impl Network {
    pub(crate) fn queue_named(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| !queue.deleted && queue.name == name)
    }

    /// A queue by its identifier, also one that has been deleted.
    pub(crate) fn queue(&mut self, sid: &Sid) -> &mut Queue {
        let queue = self.queues.iter_mut().find(|queue| queue.sid == *sid);
        queue.expect("BUG: queues are only named after they are made, and never dropped")
    }

    pub(crate) fn make_queue(&mut self, name: &str, max_size: u32) -> Sid {
        let sid = self.sids.child(Kind::Queue, name);
        let (name, now) = (name.to_owned(), self.now);
        let (members, agents) = (VecDeque::new(), VecDeque::new());
        self.queues.push(Queue {
            sid: sid.clone(),
            name,
            max_size,
            created: now,
            updated: now,
            members,
            agents,
            deleted: false,
        });
        sid
    }

    /// Puts a caller into a queue, which is made if need be. False if it is full.
    pub(crate) fn enqueue(&mut self, sid: &Sid, name: &str, wait: Wait, action: Option<Target>) -> bool {
        let known = self.queue_named(name).map(|queue| queue.sid.clone());
        let queue_sid = known.unwrap_or_else(|| self.make_queue(name, self.options.open_questions.default_queue_size));
        let now = self.now;
        let queue = self.queue(&queue_sid);
        if queue.members.len() >= queue.max_size as usize {
            return false;
        }
        queue.members.push_back(sid.clone());
        queue.updated = now;
        let agent = queue.agents.pop_front();
        let hold = Hold { queue_sid: queue_sid.clone(), queue: name.to_owned(), from: now, to: None, result: None };
        let call = self.call(sid);
        call.record.holds.push(hold);
        call.visit = Some(Visit {
            queue: queue_sid,
            since: now,
            left: None,
            wait,
            action,
            agent: None,
            last_wait_request: None,
        });
        call.stage = Stage::Holding;
        self.on_hold(sid);
        match agent {
            Some(agent) => self.take_out(&agent, sid),
            None => self.begin_wait(sid),
        }
        true
    }

    fn begin_wait(&mut self, sid: &Sid) {
        let now = self.now;
        let call = self.call(sid);
        match call.visit.as_ref().map(|visit| visit.wait.clone()) {
            Some(Wait::Document(_)) => self.request_wait(sid),
            Some(Wait::Music) => call.hear(now, Sound::HoldMusic),
            Some(Wait::Silence) | None => {}
        }
    }

    /// The wait document has run to its end: it is asked for again, but not in a circle without time.
    pub(crate) fn wait_over(&mut self, sid: &Sid) {
        let floor = self.options.timing.wait_loop_floor;
        let now = self.now;
        let call = self.call(sid);
        let last = call.visit.as_ref().and_then(|visit| visit.last_wait_request).unwrap_or(now);
        call.stage = Stage::Holding;
        let pause = (last + floor).since(now);
        if pause.is_zero() { self.request_wait(sid) } else { self.arm(sid, Timer::Rewait, pause) }
    }

    pub(super) fn request_wait(&mut self, sid: &Sid) {
        let now = self.now;
        let Some(visit) = self.call(sid).visit.as_mut() else {
            return;
        };
        visit.last_wait_request = Some(now);
        let (wait, queue) = (visit.wait.clone(), visit.queue.clone());
        if let Wait::Document(target) = wait {
            let fields = self.wait_fields(sid, &queue);
            self.call(sid).stack.retain(|frame| frame.role == Role::Main);
            self.fetch(sid, target, fields, Role::Wait);
        }
    }

    fn wait_fields(&mut self, sid: &Sid, queue: &Sid) -> Fields {
        let now = self.now;
        let waited = self.call(sid).visit.as_ref().map_or(Duration::ZERO, |visit| now.since(visit.since));
        let average = self.average_wait(queue);
        let queue = self.queue(queue);
        let position = queue.members.iter().position(|member| member == sid).map_or(0, |index| index + 1);
        [
            ("QueueSid", queue.sid.to_string()),
            ("QueuePosition", position.to_string()),
            ("QueueTime", whole_seconds(waited).to_string()),
            ("AvgQueueTime", average.to_string()),
            ("CurrentQueueSize", queue.members.len().to_string()),
            ("MaxQueueSize", queue.max_size.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The mean time in seconds that those who wait now have waited.
    pub(crate) fn average_wait(&self, queue: &Sid) -> u64 {
        let queue = self.queues.iter().find(|known| known.sid == *queue);
        let members = queue.map(|queue| &queue.members).into_iter().flatten();
        let waits: Vec<u64> = members.map(|member| whole_seconds(self.waited(member))).collect();
        waits.iter().sum::<u64>() / (waits.len() as u64).max(1)
    }

    /// How long a caller has been in its queue.
    pub(crate) fn waited(&self, sid: &Sid) -> Duration {
        let visit = self.calls.get(sid).and_then(|call| call.visit.as_ref());
        visit.map_or(Duration::ZERO, |visit| visit.left.unwrap_or(self.now).since(visit.since))
    }

    /// `<Dial><Queue>`: takes the first caller, or waits for one. A queue that does not exist is an error.
    pub(crate) fn dial_queue(&mut self, agent: &Sid, name: &str) {
        let Some(queue) = self.queue_named(name).map(|queue| queue.sid.clone()) else {
            return self.dial_failed(agent, self.options.open_questions.missing_queue, None);
        };
        let Stage::Dialing(dialing) = &mut self.call(agent).stage else {
            return;
        };
        if let Some(dial) = &mut dialing.queue {
            dial.queue = queue.clone();
        }
        let ring = dialing.ring;
        match self.queue(&queue).members.front().cloned() {
            Some(caller) => self.take_out(agent, &caller),
            None => {
                self.queue(&queue).agents.push_back(agent.clone());
                self.arm(agent, Timer::Dial, ring);
            }
        }
    }

    /// The agent gets this caller, who may hear the noun's document first.
    fn take_out(&mut self, agent: &Sid, caller: &Sid) {
        self.leave_line(caller);
        let waited = self.waited(caller);
        self.disarm(agent, Timer::Dial);
        if let Some(visit) = &mut self.call(caller).visit {
            visit.agent = Some(agent.clone());
        }
        let Stage::Dialing(dialing) = &mut self.call(agent).stage else {
            return;
        };
        let Some(dial) = &mut dialing.queue else {
            return;
        };
        dial.caller = Some((caller.clone(), waited));
        let dial = dial.clone();
        match dial.whisper.clone() {
            Some(target) => self.fetch(caller, target, dequeue_fields(agent, &dial), Role::Whisper),
            None => self.join_dequeued(caller),
        }
    }

    /// The caller's place in the line is free; what it was listening to stops.
    pub(super) fn leave_line(&mut self, caller: &Sid) {
        let now = self.now;
        for timer in [Timer::Verb, Timer::Gather, Timer::Rewait, Timer::HangUpOnHold] {
            self.disarm(caller, timer);
        }
        let call = self.call(caller);
        call.hush(now);
        call.fetch += 1;
        call.stage = Stage::Idle;
        call.stack.retain(|frame| frame.role == Role::Main);
        if let Some(hold) = call.record.holds.last_mut() {
            hold.to.get_or_insert(now);
        }
        let Some(visit) = &mut call.visit else {
            return;
        };
        visit.left.get_or_insert(now);
        let queue = visit.queue.clone();
        let queue = self.queue(&queue);
        queue.members.retain(|member| member != caller);
        queue.updated = now;
    }

    pub(super) fn stop_waiting_for_caller(&mut self, agent: &Sid, dialing: &super::Dialing) {
        if let Some(dial) = &dialing.queue {
            for queue in self.queues.iter_mut().filter(|queue| queue.sid == dial.queue) {
                queue.agents.retain(|waiting| waiting != agent);
            }
        }
    }
}

/// The fields about a caller that was taken out; the spelling of one of them is the provider's.
pub(super) fn dequeue_fields(agent: &Sid, dial: &QueueDial) -> Fields {
    let Some((_, waited)) = dial.caller else {
        return Fields::new();
    };
    [
        ("QueueSid", dial.queue.to_string()),
        ("QueueTime", whole_seconds(waited).to_string()),
        ("DequeingCallSid", agent.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
