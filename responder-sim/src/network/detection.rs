//! Machine detection (Twilio, "Answering machine detection").

use std::time::Duration;

use crate::{
    behaviour::{GreetingEnd, Line},
    sid::Sid,
    trace::HookKind,
    webhook::Purpose,
};

use super::{Detection, Network, Stage, Timer, call::Call};

impl Network {
    /// Begins to listen if that was asked for. True if the document has to wait for the verdict.
    pub(super) fn begin_detection(&mut self, sid: &Sid) -> bool {
        let Some(detection) = self.call(sid).detection.clone() else {
            return false;
        };
        let after = self.find_out(sid, &detection).1;
        self.arm(sid, Timer::Verdict, after);
        if detection.asynchronous {
            if detection.callback.is_none() {
                self.notice(sid, 21262, "machine detection has nobody to tell its verdict to");
            }
            return false;
        }
        self.call(sid).stage = Stage::Detecting;
        true
    }

    /// The verdict is there.
    pub(super) fn verdict(&mut self, sid: &Sid) {
        let Some(detection) = self.call(sid).detection.clone() else {
            return;
        };
        let (answered_by, after) = self.find_out(sid, &detection);
        self.call(sid).record.answered_by = Some(answered_by);
        if !detection.asynchronous {
            return self.first_document(sid);
        }
        if let Some(target) = detection.callback {
            let wanted = ["CallSid", "AccountSid", "AnsweredBy"];
            let mut fields = self.call_fields(sid);
            fields.retain(|(name, _)| wanted.contains(&name.as_str()));
            fields.push(("MachineDetectionDuration".to_owned(), after.as_millis().to_string()));
            self.post(HookKind::Detection, Purpose::Inform, target, fields, Some(sid));
        }
    }

    fn find_out(&mut self, sid: &Sid, detection: &Detection) -> (String, Duration) {
        let timing = self.options.timing.clone();
        let call = self.call(sid);
        let (word, after) = match call.phone.script.line {
            Line::Human => ("human", timing.detect_human),
            Line::Fax => ("fax", timing.detect_machine),
            Line::Voicemail { greeting, ending } if detection.message_end => {
                (ending.word(), greeting.max(timing.detect_machine))
            }
            Line::Voicemail { .. } => ("machine_start", timing.detect_machine),
        };
        let word = call.scripted_verdict().unwrap_or(word);
        if after > detection.timeout { ("unknown".to_owned(), detection.timeout) } else { (word.to_owned(), after) }
    }
}

impl Call {
    fn scripted_verdict(&self) -> Option<&str> {
        self.phone.script.answered_by.as_deref()
    }
}

impl GreetingEnd {
    const fn word(self) -> &'static str {
        match self {
            Self::Beep => "machine_end_beep",
            Self::Silence => "machine_end_silence",
            Self::Other => "machine_end_other",
        }
    }
}
