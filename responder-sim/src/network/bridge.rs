//! Two legs that talk.

use crate::{
    clock::whole_seconds,
    sid::Sid,
    trace::{CallStatus, Talk},
    webhook::Fields,
};

use super::{Departure, Dialing, Leaving, Network, Seat, Stage, Talking, Timer, queue::dequeue_fields};

/// How a `<Dial>` came out, as its action is told.
#[derive(Debug)]
pub(crate) struct DialResult {
    pub(crate) status: crate::trace::DialStatus,
    pub(crate) leg: Option<Sid>,
    /// Seconds of talk; none where there was none, or where the other leg was redirected.
    pub(crate) seconds: Option<u64>,
    pub(crate) bridged: bool,
}

impl Network {
    /// Puts the two legs on the line.
    pub(super) fn join(&mut self, dialler: &Sid, other: &Sid, mut dialing: Box<Dialing>) {
        if dialing.answer_on_bridge {
            self.answer_inbound(dialler);
        }
        self.disarm(dialler, Timer::Dial);
        if let Some(options) = dialing.recording.clone().filter(|_| dialing.recorded.is_none()) {
            dialing.recorded = Some(self.start_recording(dialler, "DialVerb", &options));
        }
        let limit = dialing.time_limit;
        let seat = if dialing.queue.is_some() { Seat::Dequeued } else { Seat::Dialled };
        self.seat(dialler, other, Seat::Dialler(dialing));
        self.seat(other, dialler, seat);
        self.arm(dialler, Timer::TalkLimit, limit);
    }

    fn seat(&mut self, sid: &Sid, peer: &Sid, seat: Seat) {
        let now = self.now;
        let number = self.call(peer).outer_number().to_owned();
        let dialler = matches!(seat, Seat::Dialler(_));
        let call = self.call(sid);
        call.hush(now);
        call.record.talks.push(Talk { with: peer.clone(), number, dialler, from: now, to: None });
        call.stage = Stage::Talking(Box::new(Talking { peer: peer.clone(), since: now, seat }));
        self.talking(sid);
    }

    /// A leg leaves the talk; the other end goes on with what its document says.
    pub(super) fn leave_talk(&mut self, sid: &Sid, talking: Talking, how: Leaving) {
        let peer = talking.peer.clone();
        let seconds = whole_seconds(self.now.since(talking.since));
        let other = self.rise(sid, &peer);
        match talking.seat {
            Seat::Dialler(dialing) => {
                if how == Leaving::HungUp {
                    self.dial_action_after_end(sid, *dialing, &talked(&peer, seconds));
                } else {
                    self.stop_dial_recording(&dialing);
                }
            }
            Seat::Dialled => {}
            Seat::Dequeued => {
                let result = if how == Leaving::HungUp { "bridged" } else { "redirected-from-bridged" };
                self.end_visit_quietly(sid, result);
            }
        }
        if let Some(seat) = other {
            self.left_alone(&peer, sid, seat, seconds, how);
        }
    }

    /// Both ends stop talking. The seat of the other one, if it is still there.
    fn rise(&mut self, sid: &Sid, peer: &Sid) -> Option<Seat> {
        let now = self.now;
        for end in [sid, peer] {
            self.disarm(end, Timer::HangUpTalking);
            self.disarm(end, Timer::TalkLimit);
            if let Some(talk) = self.call(end).record.talks.last_mut() {
                talk.to.get_or_insert(now);
            }
        }
        match std::mem::take(&mut self.call(peer).stage) {
            Stage::Talking(talking) => Some(talking.seat),
            other => {
                self.call(peer).stage = other;
                None
            }
        }
    }

    fn left_alone(&mut self, sid: &Sid, leaver: &Sid, seat: Seat, seconds: u64, how: Leaving) {
        match seat {
            Seat::Dialler(dialing) => {
                let mut result = talked(leaver, seconds);
                if how == Leaving::Redirected {
                    result.seconds = None;
                }
                self.finish_dial(sid, *dialing, &result);
            }
            Seat::Dialled => self.end(sid, CallStatus::Completed, None),
            Seat::Dequeued => self.finish_visit(sid, "bridged"),
        }
    }

    /// `hangupOnStar`, and the `timeLimit` of `<Dial>`: the other leg is dropped, this one goes on.
    pub(crate) fn drop_peer(&mut self, sid: &Sid) {
        let Stage::Talking(talking) = &self.call(sid).stage else {
            return;
        };
        let peer = talking.peer.clone();
        let caller_goes_on = matches!(&talking.seat, Seat::Dialler(dialing) if dialing.queue.is_some());
        if caller_goes_on {
            self.part(sid, &peer);
        } else {
            self.end(&peer, CallStatus::Completed, None);
        }
    }

    /// Agent and caller part, and both go on with their documents.
    fn part(&mut self, agent: &Sid, caller: &Sid) {
        let Stage::Talking(talking) = std::mem::take(&mut self.call(agent).stage) else {
            return;
        };
        let seconds = whole_seconds(self.now.since(talking.since));
        let seat = self.rise(agent, caller);
        if let Seat::Dialler(dialing) = talking.seat {
            self.finish_dial(agent, *dialing, &talked(caller, seconds));
        }
        if seat.is_some() {
            self.finish_visit(caller, "bridged");
        }
    }

    pub(super) fn talk_limit(&mut self, sid: &Sid) {
        match self.call(sid).stay {
            Some(_) => self.depart(sid, Departure::Updated),
            None => self.drop_peer(sid),
        }
    }

    /// The fields of a `<Dial>` action. For a queue they name the caller as well (Twilio, `<Queue>`).
    pub(super) fn dial_fields(&mut self, agent: &Sid, dialing: &Dialing, result: &DialResult) -> Fields {
        let questions = self.options.open_questions.clone();
        let of_queue = dialing.queue.is_some();
        let status = if of_queue && result.bridged { questions.queue_talk } else { result.status };
        let mut fields = vec![("DialCallStatus", status.as_str().to_owned())];
        if let Some(leg) = result.leg.as_ref().filter(|_| !of_queue || questions.queue_dial_call_sid) {
            fields.push(("DialCallSid", leg.to_string()));
        }
        if let Some(seconds) = result.seconds {
            fields.push(("DialCallDuration", seconds.to_string()));
        }
        fields.push(("DialBridged", result.bridged.to_string()));
        let mut fields: Fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if let Some(queue) = &dialing.queue {
            fields.extend(dequeue_fields(agent, queue));
        }
        if let Some(recording) = &dialing.recorded {
            self.push_recording_fields(std::slice::from_ref(recording), &mut fields);
        }
        fields
    }
}

fn talked(leg: &Sid, seconds: u64) -> DialResult {
    DialResult {
        status: crate::trace::DialStatus::Completed,
        leg: Some(leg.clone()),
        seconds: Some(seconds),
        bridged: true,
    }
}
