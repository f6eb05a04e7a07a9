//! `<Enqueue>`.

use responder_core::twiml::voice::Enqueue;

use super::{Flow, attributes::target};
use crate::{
    network::{Network, Role, Wait},
    sid::Sid,
    webhook::{Fields, Target},
};

impl Network {
    pub(super) fn enqueue_verb(&mut self, sid: &Sid, verb: &Enqueue) -> Flow {
        let read = verb.read();
        let name = verb.inner_text().trim().to_owned();
        let base = self.call(sid).base().map(str::to_owned);
        let action = target(read.action(), read.method().as_ref(), base.as_deref());
        if name.is_empty() || name.chars().count() > MAX_NAME || read.workflow_sid().is_some() {
            let code = if name.is_empty() { 14204 } else { 14205 };
            self.notice(sid, code, "an <Enqueue> needs a name of 1 to 64 characters; workflows are not simulated");
            return self.enqueue_refused(sid, action, "error");
        }
        let wait = self.wait(sid, verb);
        if self.enqueue(sid, &name, wait, action.clone()) {
            return Flow::Wait;
        }
        self.notice(sid, 14207, "the queue is full");
        self.enqueue_refused(sid, action, "queue-full")
    }

    fn enqueue_refused(&mut self, sid: &Sid, action: Option<Target>, result: &str) -> Flow {
        let Some(action) = action else {
            return Flow::Next;
        };
        let fields: Fields = vec![("QueueResult".to_owned(), result.to_owned())];
        self.fetch(sid, action, fields, Role::Main);
        Flow::Wait
    }

    fn wait(&mut self, sid: &Sid, verb: &Enqueue) -> Wait {
        let read = verb.read();
        match read.wait_url() {
            None => Wait::Music,
            Some("") => Wait::Silence,
            Some(url) => self.address(sid, url, read.wait_url_method().as_ref()).map_or(Wait::Silence, Wait::Document),
        }
    }
}

const MAX_NAME: usize = 64;
