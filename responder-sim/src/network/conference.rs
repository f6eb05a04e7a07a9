//! Conferences: who is in them, when they begin and end, and who is told (Twilio, `<Conference>`).

use responder_core::Timestamp;

use super::{Leaving, Network, RecordOptions, Role, Stage, Timer, Wait, bridge::DialResult};
use crate::{
    clock::rfc2822,
    sid::{Kind, Sid},
    trace::{CallStatus, ConferenceRecord, ConferenceState, DialStatus, HookKind, ParticipantRecord, Sound},
    webhook::{Fields, Purpose, Target},
};

/// A conference with those who are told of it.
#[derive(Debug)]
pub(crate) struct Conference {
    /// What the trace shows of it.
    pub(crate) record: ConferenceRecord,
    pub(crate) updated: Timestamp,
    pub(crate) callback: Option<ConferenceCallback>,
    /// Those who are in it or on their way, first come first.
    pub(crate) participants: Vec<Participant>,
    recording: Option<RecordOptions>,
    recorded: Option<Sid>,
}

/// Who is told of a conference: the first participant's document decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConferenceCallback {
    pub(crate) target: Target,
    /// `start`, `end`, `join`, `leave`, `mute`, `hold`, `modify`, `announcement`.
    pub(crate) events: Vec<String>,
    pub(crate) sequence: u32,
}

/// Somebody in a conference, or on the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Participant {
    pub(crate) call: Sid,
    pub(crate) entry: Entry,
    pub(crate) hold: bool,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) joined: bool,
}

/// How somebody enters a conference.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) muted: bool,
    pub(crate) start: bool,
    pub(crate) end: bool,
    pub(crate) wait: Wait,
    pub(crate) max: usize,
    pub(crate) coach: Option<Sid>,
    pub(crate) callback: Option<ConferenceCallback>,
    pub(crate) recording: Option<RecordOptions>,
}

/// A stay in a conference, as the call knows it.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) conference: Sid,
    /// The action of the `<Dial>`.
    pub(crate) action: Option<Target>,
    /// Whether `*` leads out.
    pub(crate) star: bool,
    /// Whether the call is over when the stay is: it was placed for it.
    pub(crate) only: bool,
}

/// Why somebody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    HungUp,
    /// By REST, or by `*`.
    Updated,
    Kicked,
    /// The conference ended around them.
    Ended(&'static str),
}

impl Network {
    /// A conference that is not over, by its name or its identifier; or one that is, by its identifier.
    pub(crate) fn find_conference(&self, name: &str) -> Option<&Conference> {
        let of_sid = self.conferences.iter().find(|conference| conference.record.sid.as_str() == name);
        let open = |conference: &&Conference| conference.is_open() && conference.record.name == name;
        of_sid.or_else(|| self.conferences.iter().find(open))
    }

    pub(crate) fn conference(&mut self, sid: &Sid) -> &mut Conference {
        let conference = self.conferences.iter_mut().find(|conference| conference.record.sid == *sid);
        conference.expect("BUG: conferences are only named after they are made, and never dropped")
    }

    /// The open conference of this name, made if need be; its first participant decides who is told.
    pub(crate) fn open_conference(&mut self, entry: &Entry) -> Sid {
        if let Some(known) = self.find_conference(&entry.name).filter(|conference| conference.is_open()) {
            return known.record.sid.clone();
        }
        let (sid, now) = (self.sids.child(Kind::Conference, &entry.name), self.now);
        let record = ConferenceRecord {
            sid: sid.clone(),
            name: entry.name.clone(),
            state: ConferenceState::Init,
            created: now,
            started: None,
            ended: None,
            reason: None,
            ended_by: None,
            participants: Vec::new(),
        };
        self.conferences.push(Conference {
            record,
            updated: now,
            callback: entry.callback.clone(),
            participants: Vec::new(),
            recording: entry.recording.clone(),
            recorded: None,
        });
        sid
    }

    /// Whether somebody may enter so; if not, the provider's code and the reason. Nothing is made of what is refused.
    pub(crate) fn admits(&self, entry: &Entry) -> Result<(), (u32, &'static str)> {
        let open = self.find_conference(&entry.name).filter(|conference| conference.is_open());
        let here = open.map_or(&[][..], |conference| &conference.participants);
        if here.iter().any(|other| other.entry.label.is_some() && other.entry.label == entry.label) {
            return Err((16025, "another participant has this label"));
        }
        if here.len() >= entry.max {
            return Err((0, "the conference is full"));
        }
        if entry.coach.as_ref().is_some_and(|coached| !here.iter().any(|other| other.call == *coached)) {
            return Err((13240, "nobody of this CallSid is there to be coached"));
        }
        Ok(())
    }

    /// Somebody who is [admitted](Self::admits) is on the way.
    pub(crate) fn expect_participant(&mut self, sid: &Sid, call: &Sid, entry: Entry) {
        let (now, call) = (self.now, call.clone());
        let participant = Participant { call, entry, hold: false, created: now, updated: now, joined: false };
        self.conference(sid).participants.push(participant);
    }

    /// Somebody who was expected is there.
    pub(crate) fn enter_conference(&mut self, call: &Sid, stay: Stay) {
        let (now, sid) = (self.now, stay.conference.clone());
        self.call(call).stay = Some(stay);
        self.call(call).stage = Stage::Conferring;
        let conference = self.conference(&sid);
        let Some(participant) = conference.participants.iter_mut().find(|one| one.call == *call) else { return };
        participant.joined = true;
        let (wait, label) = (participant.entry.wait.clone(), participant.entry.label.clone());
        conference.updated = now;
        let seen = ParticipantRecord { call: call.clone(), label, joined: now, left: None };
        conference.record.participants.push(seen);
        let begins = conference.record.state == ConferenceState::Init && conference.may_begin();
        let waits = conference.record.state == ConferenceState::Init && !begins;
        self.tell_of(&sid, "join", "participant-join", Some(call), Fields::new());
        if begins {
            return self.begin_conference(&sid);
        }
        match waits {
            true => self.wait_in_lobby(call, &wait),
            false => self.talking(call),
        }
    }

    fn begin_conference(&mut self, sid: &Sid) {
        let now = self.now;
        let conference = self.conference(sid);
        conference.record.state = ConferenceState::InProgress;
        conference.record.started = Some(now);
        let present = conference.present();
        let recording = conference.recording.clone();
        for call in &present {
            self.back_to_conference(call);
            self.talking(call);
        }
        if let (Some(options), Some(first)) = (recording, present.first()) {
            let recorded = self.begin_recording(first, Some(sid), "Conference", &options);
            self.conference(sid).recorded = Some(recorded);
        }
        self.tell_of(sid, "start", "conference-start", None, Fields::new());
    }

    fn wait_in_lobby(&mut self, call: &Sid, wait: &Wait) {
        let now = self.now;
        match wait {
            Wait::Music => self.call(call).hear(now, Sound::HoldMusic),
            Wait::Silence => {}
            Wait::Document(target) => self.fetch(call, target.clone(), Fields::new(), Role::Lobby),
        }
    }

    /// A document that was heard in the conference is over, or stopped: there is the conference again, or silence.
    pub(crate) fn back_to_conference(&mut self, call: &Sid) {
        let now = self.now;
        for timer in [Timer::Verb, Timer::Gather] {
            self.disarm(call, timer);
        }
        let call = self.call(call);
        call.hush(now);
        call.fetch += 1;
        call.stack.retain(|frame| frame.role == Role::Main);
        call.stage = Stage::Conferring;
    }

    /// Something that one participant hears while the others go on.
    pub(crate) fn announce(&mut self, call: &Sid, target: &Target) {
        self.back_to_conference(call);
        self.fetch(call, target.clone(), Fields::new(), Role::Lobby);
    }

    /// REST puts somebody on hold, or takes them back.
    pub(crate) fn hold_participant(&mut self, sid: &Sid, call: &Sid, hold: bool, heard: Option<&Target>) {
        let now = self.now;
        if let Some(participant) = self.conference(sid).participant(call) {
            participant.hold = hold;
            participant.updated = now;
        }
        self.back_to_conference(call);
        if hold {
            self.wait_in_lobby(call, &heard.map_or(Wait::Music, |target| Wait::Document(target.clone())));
        }
        let event = if hold { "participant-hold" } else { "participant-unhold" };
        self.tell_of(sid, "hold", event, Some(call), Fields::new());
    }

    /// Somebody goes, and what comes after the `<Dial>` comes now.
    pub(crate) fn depart(&mut self, call: &Sid, how: Departure) {
        let Some(stay) = self.quit_conference(call, how) else { return };
        self.go_on_after(call, stay);
    }

    fn go_on_after(&mut self, call: &Sid, stay: Stay) {
        if stay.only {
            return self.end(call, CallStatus::Completed, None);
        }
        match stay.action {
            Some(action) => self.fetch(call, action, dial_answered(), Role::Main),
            None => self.run(call),
        }
    }

    /// A call that is over, or goes another way, is no longer in its conference.
    pub(super) fn leave_conference(&mut self, call: &Sid, how: Leaving) {
        let why = if how == Leaving::HungUp { Departure::HungUp } else { Departure::Updated };
        if self.call(call).stay.is_none() {
            return self.forget_expected(call);
        }
        if let Some(Stay { action: Some(action), .. }) =
            self.quit_conference(call, why).filter(|_| how == Leaving::HungUp)
        {
            let mut fields = self.call_fields(call);
            fields.extend(dial_answered());
            self.post(HookKind::VoiceEnded, Purpose::Inform, action, fields, Some(call));
        }
    }

    /// Somebody who was called never came.
    fn forget_expected(&mut self, call: &Sid) {
        let expected = |conference: &&Conference| conference.participants.iter().any(|one| one.call == *call);
        let Some(sid) = self.conferences.iter().find(expected).map(|conference| conference.record.sid.clone()) else {
            return;
        };
        let now = self.now;
        let conference = self.conference(&sid);
        conference.participants.retain(|one| one.call != *call);
        if conference.participants.is_empty() && conference.is_open() {
            conference.close(now, "last-participant-left", None);
        }
    }

    /// The stay is over. It is the last one's to end the conference, and that of whoever it depends on.
    fn quit_conference(&mut self, call: &Sid, how: Departure) -> Option<Stay> {
        let stay = self.call(call).stay.take()?;
        self.back_to_conference(call);
        self.call(call).stage = Stage::Idle;
        self.disarm(call, Timer::HangUpTalking);
        self.disarm(call, Timer::TalkLimit);
        let (now, sid) = (self.now, stay.conference.clone());
        let conference = self.conference(&sid);
        let index = conference.participants.iter().position(|one| one.call == *call)?;
        let fields = conference.participant_fields(index);
        let gone = conference.participants.remove(index);
        conference.updated = now;
        let seen = conference.record.participants.iter_mut().rev().find(|seen| seen.call == *call);
        if let Some(seen) = seen {
            seen.left = Some(now);
        }
        let nobody = !conference.participants.iter().any(|one| one.joined);
        self.tell_of_departure(&sid, call, how, fields);
        let reason = match (how, gone.entry.end, nobody) {
            (Departure::Ended(_), ..) => None,
            (Departure::Kicked, true, _) => Some("participant-with-end-conference-on-exit-kicked"),
            (_, true, _) => Some("participant-with-end-conference-on-exit-left"),
            (Departure::Kicked, _, true) => Some("last-participant-kicked"),
            (_, _, true) => Some("last-participant-left"),
            (_, false, false) => None,
        };
        if let Some(reason) = reason {
            self.end_conference(&sid, reason, Some(call));
        }
        Some(stay)
    }

    /// Ends a conference; everybody in it goes on with what their documents say.
    pub(crate) fn end_conference(&mut self, sid: &Sid, reason: &'static str, by: Option<&Sid>) {
        let now = self.now;
        let conference = self.conference(sid);
        if !conference.is_open() {
            return;
        }
        conference.close(now, reason, by);
        let (present, recorded) = (conference.present(), conference.recorded.take());
        let began = conference.record.started.is_some();
        for call in present {
            self.depart(&call, Departure::Ended(reason));
        }
        // Whoever is still being called has nowhere to go.
        for late in std::mem::take(&mut self.conference(sid).participants) {
            self.end(&late.call, CallStatus::Canceled, None);
        }
        if let Some(recorded) = recorded {
            self.finish_recording(&recorded);
        }
        if began {
            let mut fields = vec![("ReasonConferenceEnded".to_owned(), reason.to_owned())];
            fields.extend(by.map(|call| ("CallSidEndingConference".to_owned(), call.to_string())));
            self.tell_of(sid, "end", "conference-end", None, fields);
        }
    }

    fn tell_of_departure(&mut self, sid: &Sid, call: &Sid, how: Departure, mut fields: Fields) {
        let reason = match how {
            Departure::HungUp => "participant_hung_up",
            Departure::Updated | Departure::Kicked => "participant_updated_via_api",
            Departure::Ended("conference-ended-via-api") => "conference_ended_via_api",
            Departure::Ended(_) => "moderator_ended_conference",
        };
        fields.push(("ReasonParticipantLeft".to_owned(), reason.to_owned()));
        let status = self.call(call).record.status.as_str();
        fields.push(("ParticipantCallStatus".to_owned(), status.to_owned()));
        self.tell_of(sid, "leave", "participant-leave", Some(call), fields);
    }

    /// Tells the application of a moment that it asked for.
    pub(crate) fn tell_of(&mut self, sid: &Sid, asked: &str, event: &str, call: Option<&Sid>, more: Fields) {
        let (now, account) = (self.now, self.options.account_sid.clone());
        let conference = self.conference(sid);
        let known = |call: &Sid| conference.participants.iter().position(|one| one.call == *call);
        let of_participant = call.and_then(known).map(|index| conference.participant_fields(index));
        let name = conference.record.name.clone();
        let wanted = |callback: &&mut ConferenceCallback| callback.events.iter().any(|word| word == asked);
        let Some(callback) = conference.callback.as_mut().filter(wanted) else { return };
        let (target, sequence) = (callback.target.clone(), callback.sequence + 1);
        callback.sequence = sequence;
        let mut fields: Fields = [
            ("ConferenceSid", sid.to_string()),
            ("FriendlyName", name),
            ("AccountSid", account),
            ("SequenceNumber", sequence.to_string()),
            ("Timestamp", rfc2822(now)),
            ("StatusCallbackEvent", event.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        fields.extend(of_participant.unwrap_or_default());
        fields.extend(more);
        self.post(HookKind::Conference, Purpose::Inform, target, fields, Some(call.unwrap_or(sid)));
    }

    /// What became of a `<Dial>` into a conference that could not be entered.
    pub(crate) fn conference_refused(&mut self, call: &Sid, action: Option<Target>) {
        let dialing = super::Dialing { action, ..super::Dialing::default() };
        let result = DialResult { status: DialStatus::Failed, leg: None, seconds: None, bridged: false };
        self.finish_dial(call, dialing, &result);
    }
}

impl Conference {
    pub(crate) fn is_open(&self) -> bool {
        self.record.state != ConferenceState::Completed
    }

    /// The calls that are in it.
    pub(crate) fn present(&self) -> Vec<Sid> {
        self.participants.iter().filter(|one| one.joined).map(|one| one.call.clone()).collect()
    }

    pub(crate) fn participant(&mut self, call: &Sid) -> Option<&mut Participant> {
        self.participants.iter_mut().find(|one| one.call == *call)
    }

    /// Two are there, and one of them is such that it may.
    fn may_begin(&self) -> bool {
        let mut present = self.participants.iter().filter(|one| one.joined);
        present.clone().count() >= 2 && present.any(|one| one.entry.start)
    }

    fn close(&mut self, now: Timestamp, reason: &'static str, by: Option<&Sid>) {
        self.record.state = ConferenceState::Completed;
        self.record.ended = Some(now);
        self.record.reason = Some(reason.to_owned());
        self.record.ended_by = by.cloned();
        self.updated = now;
    }

    fn participant_fields(&self, index: usize) -> Fields {
        let one = &self.participants[index];
        let mut fields = vec![
            ("CallSid", one.call.to_string()),
            ("Muted", one.entry.muted.to_string()),
            ("Hold", one.hold.to_string()),
            ("Coaching", one.entry.coach.is_some().to_string()),
            ("StartConferenceOnEnter", one.entry.start.to_string()),
            ("EndConferenceOnExit", one.entry.end.to_string()),
        ];
        fields.extend(one.entry.label.iter().map(|label| ("ParticipantLabel", label.clone())));
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Entry {
    /// Into the conference of this name, as the provider does it by itself.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: None,
            muted: false,
            start: true,
            end: false,
            wait: Wait::Music,
            max: MAX_PARTICIPANTS,
            coach: None,
            callback: None,
            recording: None,
        }
    }
}

/// `DialCallStatus` after a conference; there is no other leg (Twilio, `<Dial>`).
fn dial_answered() -> Fields {
    [("DialCallStatus", DialStatus::Answered.as_str()), ("DialBridged", "true")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

pub(crate) const MAX_PARTICIPANTS: usize = 250;
