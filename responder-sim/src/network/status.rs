//! What the application is told of a call.

use crate::{
    clock::{rfc2822, whole_seconds},
    sid::Sid,
    trace::{CallStatus, HookKind},
    webhook::{Fields, Purpose},
};

use super::{CallEvent, Network};

impl Network {
    /// Tells the application of a moment that it asked for.
    pub(super) fn report(&mut self, sid: &Sid, event: CallEvent) {
        let now = self.now;
        let call = self.call(sid);
        let Some(callback) = call.callback.as_mut().filter(|callback| callback.events.contains(&event)) else {
            return;
        };
        let (target, sequence) = (callback.target.clone(), callback.sequence);
        callback.sequence += 1;
        let mut fields = self.call_fields(sid);
        fields.push(("Timestamp".to_owned(), rfc2822(now)));
        fields.push(("CallbackSource".to_owned(), "call-progress-events".to_owned()));
        fields.push(("SequenceNumber".to_owned(), sequence.to_string()));
        if event == CallEvent::Completed {
            self.push_final_fields(sid, &mut fields);
        }
        self.post(HookKind::CallStatus, Purpose::Inform, target, fields, Some(sid));
    }

    fn push_final_fields(&mut self, sid: &Sid, fields: &mut Fields) {
        let now = self.now;
        let call = self.call(sid);
        let seconds = whole_seconds(call.talk_time(now));
        let minutes = if call.record.answered.is_some() { seconds.div_ceil(60).max(1) } else { 0 };
        fields.push(("CallDuration".to_owned(), seconds.to_string()));
        fields.push(("Duration".to_owned(), minutes.to_string()));
        if let Some(code) = call.sip_code {
            fields.push(("SipResponseCode".to_owned(), code.to_string()));
        }
        if call.record_call.is_some() {
            let recordings = call.recordings.clone();
            self.push_recording_fields(&recordings, fields);
        }
    }

    /// The fields of every request about a call.
    pub(crate) fn call_fields(&self, sid: &Sid) -> Fields {
        let Some(call) = self.calls.get(sid) else {
            return Fields::new();
        };
        let record = &call.record;
        let mut fields = vec![
            ("CallSid", sid.to_string()),
            ("AccountSid", self.options.account_sid.clone()),
            ("ApiVersion", API_VERSION.to_owned()),
            ("Direction", record.direction.as_str().to_owned()),
            ("CallStatus", record.status.as_str().to_owned()),
            ("From", record.from.clone()),
            ("To", record.to.clone()),
            ("Caller", record.from.clone()),
            ("Called", record.to.clone()),
        ];
        if let Some(parent) = &record.parent {
            fields.push(("ParentCallSid", parent.to_string()));
        }
        if let Some(answered_by) = &record.answered_by {
            fields.push(("AnsweredBy", answered_by.clone()));
        }
        let mut fields: Fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        fields.extend(geography("From", &record.from));
        fields.extend(geography("To", &record.to));
        fields
    }
}

impl CallStatus {
    /// The word in REST, which does not know `initiated`.
    pub(crate) const fn rest_word(self) -> &'static str {
        match self {
            Self::Initiated => Self::Queued.as_str(),
            status => status.as_str(),
        }
    }
}

/// Where a number is. A simulated one is nowhere, but the fields are there, and empty values must be signed as well.
pub(crate) fn geography(side: &str, number: &str) -> Fields {
    let country = if number.starts_with("+1") { "US" } else { "" };
    [("City", ""), ("State", ""), ("Zip", ""), ("Country", country)]
        .map(|(name, value)| (format!("{side}{name}"), value.to_owned()))
        .into()
}

pub(crate) const API_VERSION: &str = "2010-04-01";
