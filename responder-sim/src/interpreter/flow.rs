//! `<Redirect>`, `<Hangup>`, `<Reject>` and `<Leave>`.

use responder_core::twiml::voice::{Redirect, Reject, RejectReason};

use super::Flow;
use crate::{
    network::{Network, Role},
    sid::Sid,
    trace::CallStatus,
    webhook::Fields,
};

impl Network {
    pub(super) fn redirect_verb(&mut self, sid: &Sid, verb: &Redirect) -> Flow {
        let reference = verb.inner_text().trim().to_owned();
        match self.address(sid, &reference, verb.read().method().as_ref()) {
            Some(target) => {
                let role = self.call(sid).role();
                self.fetch(sid, target, Fields::new(), role);
            }
            None => self.application_error(sid),
        }
        Flow::Wait
    }

    pub(super) fn hangup_verb(&mut self, sid: &Sid) -> Flow {
        self.end(sid, CallStatus::Completed, None);
        Flow::Wait
    }

    /// Only a call that has not been picked up can be rejected. `busy` gives a busy line; for `rejected` the
    /// provider's pages name no status, and the call counts as not answered.
    pub(super) fn reject(&mut self, sid: &Sid, verb: &Reject) -> Flow {
        if self.call(sid).record.status != CallStatus::Ringing {
            self.notice(sid, 12200, "<Reject> comes too late and was skipped");
            return Flow::Next;
        }
        let is_busy = verb.read().reason() == Ok(Some(RejectReason::Busy));
        let status = if is_busy { CallStatus::Busy } else { CallStatus::NoAnswer };
        self.end(sid, status, None);
        Flow::Wait
    }

    pub(super) fn leave_verb(&mut self, sid: &Sid) -> Flow {
        if self.call(sid).role() == Role::Wait {
            self.finish_visit(sid, "leave");
            return Flow::Wait;
        }
        self.notice(sid, 12200, "<Leave> outside of a queue was skipped");
        Flow::Next
    }
}
