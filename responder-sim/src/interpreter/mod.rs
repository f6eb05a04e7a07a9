//! Runs documents: what to ask for, what the answer means, and one verb after the other.

mod attributes;
mod check;
mod conference;
mod dial;
mod document;
mod enqueue;
mod flow;
mod gather;
mod record;
mod speech;

use responder_core::twiml::{
    Element, Open,
    voice::{Method, Verb},
};

use crate::{
    network::{Frame, Network, Role, Running, Stage},
    sid::Sid,
    trace::{CallStatus, Direction, HookKind, Sound},
    webhook::{Failure, Fields, INVALID_URL, Outcome, Purpose, Target, Webhook},
};

pub(crate) use attributes::Attributes;
use document::Document;

/// Whether the next verb follows at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    Wait,
}

impl Network {
    /// Asks the application for a document and waits for it.
    pub(crate) fn fetch(&mut self, sid: &Sid, target: Target, extra: Fields, role: Role) {
        if self.call(sid).is_over() || self.is_rushing(sid) {
            return;
        }
        let fetch = self.await_document(sid, role);
        let mut fields = self.call_fields(sid);
        fields.extend(self.call(sid).extra.clone());
        fields.extend(extra);
        let purpose = Purpose::Document { call: sid.clone(), fetch };
        self.post(HookKind::Voice, purpose, target, fields, Some(sid));
    }

    fn await_document(&mut self, sid: &Sid, role: Role) -> u64 {
        let call = self.call(sid);
        call.fetch += 1;
        call.stage = Stage::Fetching(role);
        call.fetch
    }

    /// Documents that lead to each other without taking any time would never end where time only moves between
    /// them. The provider's network is slow enough not to need this rule.
    fn is_rushing(&mut self, sid: &Sid) -> bool {
        let now = self.now;
        let call = self.call(sid);
        call.rush = if call.rush.0 == now { (now, call.rush.1 + 1) } else { (now, 1) };
        let rushing = call.rush.1 > MAX_RUSH;
        if rushing {
            self.notice(sid, 0, "the documents of this call lead to each other without taking any time");
            self.application_error(sid);
        }
        rushing
    }

    /// A document has come, or has not.
    pub(crate) fn document_answered(&mut self, sid: &Sid, fetch: u64, webhook: &Webhook, outcome: Outcome) {
        let call = self.call(sid);
        let Stage::Fetching(role) = call.stage else {
            return;
        };
        if call.fetch != fetch || call.is_over() {
            return;
        }
        match document::of(outcome) {
            Ok((document, url)) => self.load(sid, role, document, Some(url)),
            Err(failure) => self.document_failed(sid, role, &failure, webhook),
        }
    }

    /// The call's own document may have a substitute; a wait document ends the stay in the queue, and without the
    /// noun's document there is nothing to hear (the provider's pages say neither).
    fn document_failed(&mut self, sid: &Sid, role: Role, failure: &Failure, webhook: &Webhook) {
        self.notice(sid, failure.code, format!("{}: {}", webhook.target.url, failure.text));
        self.call(sid).stage = Stage::Idle;
        match role {
            Role::Main => self.main_failed(sid, failure, webhook),
            Role::Wait => self.finish_visit(sid, "error"),
            Role::Lobby => self.back_to_conference(sid),
            Role::Screen => self.end(sid, CallStatus::Completed, None),
            Role::Whisper => self.join_dequeued(sid),
        }
    }

    fn main_failed(&mut self, sid: &Sid, failure: &Failure, webhook: &Webhook) {
        let fallback = self.call(sid).fallback.clone();
        let Some(target) = fallback.filter(|_| webhook.kind != HookKind::VoiceFallback) else {
            return self.application_error(sid);
        };
        let fetch = self.await_document(sid, Role::Main);
        let mut fields = webhook.fields.clone();
        fields.push(("ErrorCode".to_owned(), failure.code.to_string()));
        fields.push(("ErrorUrl".to_owned(), webhook.target.url.clone()));
        let purpose = Purpose::Document { call: sid.clone(), fetch };
        self.post(HookKind::VoiceFallback, purpose, target, fields, Some(sid));
    }

    /// The caller hears the provider's own words and is hung up on.
    pub(crate) fn application_error(&mut self, sid: &Sid) {
        let now = self.now;
        self.answer_inbound(sid);
        self.call(sid).hear(now, Sound::ApplicationError);
        self.end(sid, CallStatus::Completed, None);
    }

    /// Runs a document that came with a request instead of an address.
    pub(crate) fn load_inline(&mut self, sid: &Sid, text: &str) {
        match document::parse(text) {
            Ok(document) => self.load(sid, Role::Main, document, None),
            Err(failure) => {
                self.notice(sid, failure.code, failure.text);
                self.application_error(sid);
            }
        }
    }

    fn load(&mut self, sid: &Sid, role: Role, document: Document, base: Option<String>) {
        for problem in document.problems {
            self.notice(sid, 12200, problem.to_string());
        }
        let call = self.call(sid);
        call.stage = Stage::Idle;
        match role {
            Role::Main | Role::Screen => call.stack.clear(),
            Role::Wait | Role::Lobby | Role::Whisper => call.stack.retain(|frame| frame.role == Role::Main),
        }
        call.stack.push(Frame { role, base, verbs: document.verbs.into() });
        self.run(sid);
    }

    /// Goes on with the document until a verb takes time.
    pub(crate) fn run(&mut self, sid: &Sid) {
        let call = self.call(sid);
        if call.running != Running::No {
            call.running = Running::GoOn;
            return;
        }
        call.running = Running::Yes;
        let over = self.run_verbs(sid);
        self.call(sid).running = Running::No;
        if over {
            self.document_over(sid);
        }
    }

    /// True if the document has come to its end.
    fn run_verbs(&mut self, sid: &Sid) -> bool {
        loop {
            let call = self.call(sid);
            if call.is_over() {
                return false;
            }
            call.stage = Stage::Idle;
            let Some(verb) = call.stack.last_mut().and_then(|frame| frame.verbs.pop_front()) else {
                return true;
            };
            let flow = self.execute(sid, &verb);
            let wished = std::mem::replace(&mut self.call(sid).running, Running::Yes) == Running::GoOn;
            if flow == Flow::Wait && !wished {
                return false;
            }
        }
    }

    fn document_over(&mut self, sid: &Sid) {
        match self.call(sid).role() {
            Role::Main => {
                self.answer_inbound(sid);
                self.end(sid, CallStatus::Completed, None);
            }
            Role::Wait => self.wait_over(sid),
            Role::Lobby => self.back_to_conference(sid),
            Role::Screen => self.join_dialled(sid),
            Role::Whisper => self.join_dequeued(sid),
        }
    }

    fn execute(&mut self, sid: &Sid, verb: &Verb) -> Flow {
        let role = self.call(sid).role();
        let name = verb.as_element().map_or("", Element::name);
        if !KNOWN.contains(&name) {
            self.notice(sid, 12200, format!("<{name}> is not known here and was skipped"));
            return Flow::Next;
        }
        self.check_verb(sid, verb);
        if !allowed(role, name) {
            return self.misplaced(sid, role, name);
        }
        if self.must_pick_up(sid, verb) {
            self.answer_inbound(sid);
        }
        match verb {
            Verb::Say(say) => self.sound(sid, |network| network.begin_say(sid, say)),
            Verb::Play(play) => self.sound(sid, |network| network.begin_play(sid, play)),
            Verb::Pause(pause) => self.sound(sid, |network| network.begin_pause(sid, pause)),
            Verb::Gather(gather) => self.gather(sid, gather),
            Verb::Dial(dial) => self.dial(sid, dial),
            Verb::Enqueue(enqueue) => self.enqueue_verb(sid, enqueue),
            Verb::Leave(_) => self.leave_verb(sid),
            Verb::Redirect(redirect) => self.redirect_verb(sid, redirect),
            Verb::Hangup(_) => self.hangup_verb(sid),
            Verb::Reject(reject) => self.reject(sid, reject),
            Verb::Record(record) => self.record(sid, record),
            _ => Flow::Next,
        }
    }

    /// A verb that may not stand here is an error in a queue, and skipped elsewhere.
    fn misplaced(&mut self, sid: &Sid, role: Role, name: &str) -> Flow {
        let code = if role == Role::Lobby { 13238 } else { 12200 };
        self.notice(sid, code, format!("<{name}> may not stand in a {} document", role.word()));
        if role == Role::Wait {
            self.finish_visit(sid, "error");
            return Flow::Wait;
        }
        Flow::Next
    }

    /// An inbound call is picked up by its first verb, except one that decides whether to, or delays it.
    fn must_pick_up(&mut self, sid: &Sid, verb: &Verb) -> bool {
        let call = self.call(sid);
        let ringing = call.record.status == CallStatus::Ringing && call.record.direction == Direction::Inbound;
        ringing && !matches!(verb, Verb::Reject(_) | Verb::Pause(_) | Verb::Redirect(_) | Verb::Dial(_))
    }

    /// A timed verb has run its time.
    pub(crate) fn verb_over(&mut self, sid: &Sid) {
        let now = self.now;
        self.call(sid).hush(now);
        if matches!(self.call(sid).stage, Stage::Gathering(_)) { self.next_prompt(sid) } else { self.run(sid) }
    }

    /// The address in a document, or why it is none.
    fn address(&mut self, sid: &Sid, reference: &str, method: Option<&Open<Method>>) -> Option<Target> {
        let base = self.call(sid).base().map(str::to_owned);
        let resolved = crate::webhook::resolve(base.as_deref(), reference);
        if resolved.is_none() {
            self.notice(sid, INVALID_URL, "a relative address in a document that has none itself");
        }
        resolved.map(|url| Target::new(url, method.map(Open::<Method>::as_str)))
    }
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Self::Main => "call's",
            Self::Wait => "queue's",
            Self::Lobby => "conference's",
            Self::Screen => "callee's",
            Self::Whisper => "dequeued caller's",
        }
    }
}

fn allowed(role: Role, verb: &str) -> bool {
    match role {
        Role::Main => true,
        Role::Wait => matches!(verb, "Say" | "Play" | "Pause" | "Gather" | "Hangup" | "Redirect" | "Leave"),
        Role::Screen => matches!(verb, "Say" | "Play" | "Pause" | "Gather" | "Hangup" | "Redirect" | "Record"),
        Role::Whisper | Role::Lobby => matches!(verb, "Say" | "Play" | "Pause" | "Redirect"),
    }
}

const KNOWN: [&str; 11] =
    ["Say", "Play", "Pause", "Gather", "Dial", "Enqueue", "Leave", "Redirect", "Hangup", "Reject", "Record"];

const MAX_RUSH: u32 = 100;
