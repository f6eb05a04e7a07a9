//! The owner of all state: calls, queues, conferences, messages, recordings, and what is due when.
//!
//! The network is plain data with methods. It neither sleeps nor talks HTTP: time is told to it, requests to the
//! application are put into an outbox, and their outcomes are told to it as well.

mod bridge;
mod call;
mod commands;
mod conference;
mod detection;
mod dial;
mod incoming;
mod lifecycle;
mod message;
mod phone;
mod queue;
mod recording;
mod snapshot;
mod stage;
mod status;
mod visit;
mod webhooks;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use responder_core::Timestamp;
use tokio::sync::oneshot;

use crate::{
    agenda::{Agenda, Ticket},
    faults::Faults,
    options::Options,
    phone_book::PhoneBook,
    sid::{Sid, SidSource},
    trace::{Exchange, Notice, Numbers},
    webhook::{Outcome, Webhook},
};

pub(crate) use call::{Call, CallEvent, Callback, Detection, MAX_TALK, RecordOptions, Running, Source};
pub use commands::{ControlError, DialIn};
pub(crate) use conference::{Conference, ConferenceCallback, Departure, Entry, MAX_PARTICIPANTS, Participant, Stay};
pub(crate) use lifecycle::{Leaving, Order};
pub(crate) use message::{Message, NewMessage, segments};
pub(crate) use queue::Queue;
pub(crate) use recording::Recording;
pub(crate) use stage::{Dialing, Frame, Gathering, QueueDial, Role, Seat, Stage, Taking, Talking, Timer, Visit, Wait};

/// All state of the simulated provider.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) now: Timestamp,
    pub(crate) options: Arc<Options>,
    /// Where this API is reached, for links to recordings.
    pub(crate) public_url: String,
    pub(crate) sids: SidSource,
    pub(crate) phones: PhoneBook,
    pub(crate) numbers: Numbers,
    pub(crate) faults: Faults,
    pub(crate) calls: BTreeMap<Sid, Call>,
    /// Oldest first.
    pub(crate) call_order: Vec<Sid>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) conferences: Vec<Conference>,
    pub(crate) messages: Vec<Message>,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) requests: Vec<Exchange>,
    pub(crate) notices: Vec<Notice>,
    /// Pairs of our number and a phone that has texted STOP to it.
    opted_out: BTreeSet<(String, String)>,
    agenda: Agenda<Due>,
    outbox: Vec<Webhook>,
    in_flight: usize,
    next_slot: Timestamp,
    deliveries: u64,
    /// Who keeps time from jumping by itself.
    pub(crate) holds: usize,
    /// Distinguishes this network from the one before the last reset.
    pub(crate) epoch: u64,
}

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Due {
    Call(Sid, Timer),
    Message(Sid, message::Step),
    Recording(Sid),
    /// A webhook that a fault holds back.
    Webhook(Box<Webhook>),
    /// A webhook that a fault has lost.
    Lost(Box<Webhook>),
    /// A phone texts.
    Text {
        from: String,
        to: String,
        body: String,
    },
    /// Somebody outside waits for this time.
    Alarm(oneshot::Sender<()>, Alarm),
}

/// What an alarm does beside waking somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    Tell,
    /// Keeps time from jumping on, so that whoever is woken can act at this time.
    TellAndHold,
}

impl Network {
    pub(crate) fn new(options: Arc<Options>, public_url: String, now: Timestamp, epoch: u64) -> Self {
        Self {
            now,
            sids: SidSource::new(options.seed, options.dress.shape()),
            numbers: options.numbers.clone(),
            options,
            public_url,
            phones: PhoneBook::default(),
            faults: Faults::default(),
            calls: BTreeMap::new(),
            call_order: Vec::new(),
            queues: Vec::new(),
            conferences: Vec::new(),
            messages: Vec::new(),
            recordings: Vec::new(),
            requests: Vec::new(),
            notices: Vec::new(),
            opted_out: BTreeSet::new(),
            agenda: Agenda::new(),
            outbox: Vec::new(),
            in_flight: 0,
            next_slot: now,
            deliveries: 0,
            holds: 0,
            epoch,
        }
    }

    /// Moves the time forward; it never goes back.
    pub(crate) fn set_time(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Lets the first event happen that is due at `limit`, at its own time. False if there is none.
    pub(crate) fn run_one(&mut self, limit: Timestamp) -> bool {
        let Some((at, due)) = self.agenda.take_due(limit) else {
            return false;
        };
        self.set_time(at);
        self.happen(due);
        true
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.next_due()
    }

    /// Requests to the application that are not answered yet.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The requests that are to be sent now.
    pub(crate) fn take_outbox(&mut self) -> Vec<Webhook> {
        std::mem::take(&mut self.outbox)
    }

    /// Resolves when the time has come.
    pub(crate) fn alarm(&mut self, at: Timestamp, kind: Alarm) -> (Ticket, oneshot::Receiver<()>) {
        let (sender, receiver) = oneshot::channel();
        (self.agenda.enter(at, Due::Alarm(sender, kind)), receiver)
    }

    /// Without effect on one that has rung.
    pub(crate) fn withdraw_alarm(&mut self, ticket: Ticket) {
        self.agenda.withdraw(ticket);
    }

    pub(crate) fn schedule(&mut self, after: Duration, due: Due) {
        self.agenda.enter(self.now + after, due);
    }

    pub(crate) fn notice(&mut self, about: &Sid, code: u32, text: impl Into<String>) {
        self.notices.push(Notice { at: self.now, about: Some(about.clone()), code, text: text.into() });
    }

    /// A leg that this network has made; it keeps them all.
    pub(crate) fn call(&mut self, sid: &Sid) -> &mut Call {
        self.calls.get_mut(sid).expect("BUG: legs are only named after they are made, and never dropped")
    }

    pub(crate) fn arm(&mut self, sid: &Sid, timer: Timer, after: Duration) {
        self.disarm(sid, timer);
        let ticket = self.agenda.enter(self.now + after, Due::Call(sid.clone(), timer));
        self.call(sid).timers.insert(timer, ticket);
    }

    pub(crate) fn disarm(&mut self, sid: &Sid, timer: Timer) {
        if let Some(ticket) = self.call(sid).timers.remove(&timer) {
            self.agenda.withdraw(ticket);
        }
    }

    fn disarm_all(&mut self, sid: &Sid) {
        for ticket in std::mem::take(&mut self.call(sid).timers).into_values() {
            self.agenda.withdraw(ticket);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Call(sid, timer) => {
                self.call(&sid).timers.remove(&timer);
                self.ring_timer(&sid, timer);
            }
            Due::Message(sid, step) => self.message_step(&sid, step),
            Due::Recording(sid) => self.recording_ready(&sid),
            Due::Webhook(webhook) => self.dispatch(*webhook),
            Due::Lost(webhook) => self.concluded(&webhook, Outcome::lost()),
            Due::Text { from, to, body } => {
                // A phone that texts a number without an address has nobody to tell.
                let _ = self.text_in(&from, &to, &body);
            }
            Due::Alarm(sender, kind) => {
                if sender.send(()).is_ok() && kind == Alarm::TellAndHold {
                    self.holds += 1;
                }
            }
        }
    }

    fn ring_timer(&mut self, sid: &Sid, timer: Timer) {
        match timer {
            Timer::Begin => self.begin(sid),
            Timer::Ring => self.ring(sid),
            Timer::PickUp => self.pick_up(sid),
            Timer::RingTimeout => self.ring_out(sid),
            Timer::Verdict => self.verdict(sid),
            Timer::Verb => self.verb_over(sid),
            Timer::Gather => self.gathered(sid),
            Timer::Dial => self.dial_timeout(sid),
            Timer::TalkLimit => self.talk_limit(sid),
            Timer::Record => self.taken(sid, ""),
            Timer::Rewait => self.request_wait(sid),
            Timer::Press(rank) => self.scripted_press(sid, rank),
            Timer::Speak => self.scripted_speech(sid),
            Timer::Limit | Timer::HangUp | Timer::HangUpOnHold | Timer::HangUpTalking | Timer::HangUpAfterMessage => {
                self.hang_up(sid)
            }
        }
    }
}
