//! Recordings: when they run, what they become, and who is told.

use responder_core::Timestamp;

use crate::{
    clock::{rfc2822, whole_seconds},
    sid::{Kind, Sid},
    trace::{HookKind, RecordingRecord},
    webhook::{Fields, Purpose},
};

use super::{Due, Leaving, Network, RecordOptions, Stage, Taking, Timer};

/// A recording with those who are told of it.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) record: RecordingRecord,
    pub(crate) options: RecordOptions,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// Time that does not count: it was paused.
    paused: std::time::Duration,
    paused_since: Option<Timestamp>,
}

impl Network {
    /// Begins to record a call; of two legs that talk it is the one that dialled.
    pub(crate) fn start_recording(&mut self, call: &Sid, source: &str, options: &RecordOptions) -> Sid {
        self.begin_recording(call, None, source, options)
    }

    /// As [`start_recording`](Self::start_recording); one of a conference does not end with the call.
    pub(super) fn begin_recording(
        &mut self,
        call: &Sid,
        conference: Option<&Sid>,
        source: &str,
        options: &RecordOptions,
    ) -> Sid {
        let sid = self.sids.child(Kind::Recording, call.as_str());
        let record = RecordingRecord {
            sid: sid.clone(),
            call_sid: call.clone(),
            conference_sid: conference.cloned(),
            source: source.to_owned(),
            status: "in-progress".to_owned(),
            channels: if options.dual { 2 } else { 1 },
            duration: None,
            from: self.now,
            to: None,
        };
        let (options, now) = (options.clone(), self.now);
        self.recordings.push(Recording {
            record,
            options,
            created: now,
            updated: now,
            paused: std::time::Duration::ZERO,
            paused_since: None,
        });
        if conference.is_none() {
            self.call(call).recordings.push(sid.clone());
        }
        self.report_recording(&sid, "in-progress");
        sid
    }

    fn recording(&mut self, sid: &Sid) -> &mut Recording {
        let recording = self.recordings.iter_mut().find(|recording| recording.record.sid == *sid);
        recording.expect("BUG: recordings are only named after they are made, and never dropped")
    }

    /// REST pauses, resumes or stops a recording. False if it runs no more.
    pub(crate) fn steer_recording(&mut self, sid: &Sid, status: &str) -> bool {
        let now = self.now;
        let recording = self.recording(sid);
        if recording.record.to.is_some() {
            return false;
        }
        recording.resume(now);
        match status {
            "stopped" => self.finish_recording(sid),
            "paused" => {
                recording.paused_since = Some(now);
                status.clone_into(&mut recording.record.status);
            }
            _ => "in-progress".clone_into(&mut recording.record.status),
        }
        true
    }

    /// The recording has run; it is ready a little later.
    pub(crate) fn finish_recording(&mut self, sid: &Sid) {
        let now = self.now;
        let ready = self.options.timing.recording_ready;
        let recording = self.recording(sid);
        if recording.record.to.is_some() {
            return;
        }
        recording.resume(now);
        let length = whole_seconds(now.since(recording.record.from + recording.paused));
        recording.close(now, length);
        self.schedule(ready, Due::Recording(sid.clone()));
    }

    pub(super) fn finish_recordings(&mut self, call: &Sid) {
        for recording in self.call(call).recordings.clone() {
            self.finish_recording(&recording);
        }
    }

    pub(super) fn recording_ready(&mut self, sid: &Sid) {
        let now = self.now;
        let recording = self.recording(sid);
        let empty = recording.record.duration == Some(0);
        let status = if empty { "absent" } else { "completed" };
        status.clone_into(&mut recording.record.status);
        recording.updated = now;
        self.report_recording(sid, status);
    }

    fn report_recording(&mut self, sid: &Sid, event: &str) {
        let account = self.options.account_sid.clone();
        let recording = self.recording(sid);
        let asked = &recording.options.events;
        let wanted = if asked.is_empty() { event != "in-progress" } else { asked.iter().any(|asked| asked == event) };
        let Some(target) = recording.options.callback.clone().filter(|_| wanted) else {
            return;
        };
        let record = recording.record.clone();
        let mut fields: Fields = [
            ("AccountSid", account),
            ("CallSid", record.call_sid.to_string()),
            ("RecordingStatus", event.to_owned()),
            ("RecordingChannels", record.channels.to_string()),
            ("RecordingStartTime", rfc2822(record.from)),
            ("RecordingSource", record.source),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        fields.extend(record.conference_sid.map(|sid| ("ConferenceSid".to_owned(), sid.to_string())));
        self.push_recording_fields(&[record.sid], &mut fields);
        self.post(HookKind::Recording, Purpose::Inform, target, fields, Some(&record.call_sid));
    }

    /// The fields that name a recording, in whatever request.
    pub(super) fn push_recording_fields(&self, sids: &[Sid], fields: &mut Fields) {
        let Some(recording) = self.recordings.iter().find(|recording| sids.contains(&recording.record.sid)) else {
            return;
        };
        let record = &recording.record;
        fields.push(("RecordingSid".to_owned(), record.sid.to_string()));
        fields.push(("RecordingUrl".to_owned(), self.recording_url(&record.sid)));
        if let Some(duration) = record.duration {
            fields.push(("RecordingDuration".to_owned(), duration.to_string()));
        }
    }

    pub(crate) fn recording_url(&self, sid: &Sid) -> String {
        format!("{}/2010-04-01/Accounts/{}/Recordings/{sid}", self.public_url, self.options.account_sid)
    }

    /// `<Record>` is over, by a key or by silence. Only a recording that holds something has an action.
    pub(crate) fn taken(&mut self, sid: &Sid, digits: &str) {
        match std::mem::take(&mut self.call(sid).stage) {
            Stage::Recording(taking) => {
                self.disarm(sid, Timer::HangUpAfterMessage);
                self.disarm(sid, Timer::Record);
                let action = taking.action.clone();
                match self.close_taking(&taking, digits) {
                    Some(fields) => {
                        let role = self.call(sid).role();
                        self.fetch(sid, action, fields, role);
                    }
                    None => self.run(sid),
                }
            }
            other => self.call(sid).stage = other,
        }
    }

    pub(super) fn leave_recording(&mut self, sid: &Sid, taking: Taking, how: Leaving) {
        let mut fields = self.call_fields(sid);
        let Some(more) = self.close_taking(&taking, "hangup") else {
            return;
        };
        fields.extend(more);
        if how == Leaving::HungUp {
            self.post(HookKind::VoiceEnded, Purpose::Inform, taking.action, fields, Some(sid));
        }
    }

    fn close_taking(&mut self, taking: &Taking, digits: &str) -> Option<Fields> {
        let now = self.now;
        let length = whole_seconds(now.since(taking.since).min(taking.spoken));
        let ready = self.options.timing.recording_ready;
        self.recording(&taking.recording).close(now, length);
        self.schedule(ready, Due::Recording(taking.recording.clone()));
        if length == 0 {
            return None;
        }
        let mut fields = vec![("Digits".to_owned(), digits.to_owned())];
        self.push_recording_fields(std::slice::from_ref(&taking.recording), &mut fields);
        Some(fields)
    }
}

impl Recording {
    fn resume(&mut self, now: Timestamp) {
        if let Some(since) = self.paused_since.take() {
            self.paused += now.since(since);
        }
    }

    fn close(&mut self, now: Timestamp, length: u64) {
        self.record.to = Some(now);
        self.record.duration = Some(length);
        "processing".clone_into(&mut self.record.status);
        self.updated = now;
    }
}
