//! The end of a stay in a queue: a talk, a way out, or a hang-up.

use super::{Leaving, Network, Role, Source, Stage};
use crate::{
    clock::whole_seconds,
    sid::Sid,
    trace::{DialStatus, HookKind},
    webhook::{Fields, Purpose, Target},
};

impl Network {
    /// The caller has heard everything that it was to hear.
    pub(crate) fn join_dequeued(&mut self, caller: &Sid) {
        let Some(agent) = self.call(caller).visit.as_ref().and_then(|visit| visit.agent.clone()) else {
            return;
        };
        match std::mem::take(&mut self.call(&agent).stage) {
            Stage::Dialing(dialing) => self.join(&agent, caller, dialing),
            other => self.call(&agent).stage = other,
        }
    }

    /// The stay is over: the action of the `<Enqueue>` takes over, or the verb after it.
    pub(crate) fn finish_visit(&mut self, caller: &Sid, result: &str) {
        self.leave_line(caller);
        let Some((action, fields)) = self.close_visit(caller, result) else {
            return;
        };
        match action {
            Some(action) => self.fetch(caller, action, fields, Role::Main),
            None => self.run(caller),
        }
    }

    /// As [`finish_visit`](Self::finish_visit), for a call that goes another way: the action is told, its answer is
    /// not run.
    pub(super) fn end_visit_quietly(&mut self, caller: &Sid, result: &str) {
        self.leave_line(caller);
        let mut fields = self.call_fields(caller);
        let Some((Some(action), more)) = self.close_visit(caller, result) else {
            return;
        };
        fields.extend(more);
        self.post(HookKind::VoiceEnded, Purpose::Inform, action, fields, Some(caller));
    }

    fn close_visit(&mut self, caller: &Sid, result: &str) -> Option<(Option<Target>, Fields)> {
        let waited = whole_seconds(self.waited(caller));
        let call = self.call(caller);
        let visit = call.visit.take()?;
        if let Some(hold) = call.record.holds.last_mut() {
            hold.result = Some(result.to_owned());
        }
        let fields = [
            ("QueueResult", result.to_owned()),
            ("QueueSid", visit.queue.to_string()),
            ("QueueTime", waited.to_string()),
        ];
        Some((visit.action, fields.map(|(name, value)| (name.to_owned(), value)).into()))
    }

    /// A caller leaves for good, or for another document, while it waits or hears the noun's document.
    pub(super) fn leave_queue(&mut self, sid: &Sid, how: Leaving) {
        let Some(visit) = self.call(sid).visit.clone() else {
            return;
        };
        let result = match (how, &visit.agent) {
            (Leaving::Redirected, _) => "redirected",
            (Leaving::HungUp, None) => "hangup",
            (Leaving::HungUp, Some(_)) => "bridging-in-process",
        };
        if how == Leaving::Redirected && !self.options.open_questions.notify_redirected {
            self.leave_line(sid);
            self.close_visit(sid, result);
        } else {
            self.end_visit_quietly(sid, result);
        }
        if let Some(agent) = visit.agent {
            let status: DialStatus = self.options.open_questions.whisper_abandoned;
            self.dial_failed(&agent, status, Some(sid.clone()));
        }
    }

    /// REST takes a caller out and runs another document on it.
    pub(crate) fn dequeue_to(&mut self, sid: &Sid, target: Target) {
        self.redirect(sid, Source::At(target));
    }
}
