//! Documents for calls.

use std::borrow::Cow;

use super::{Facts, Links, Script, Speech};
use crate::E164;
use crate::emergency::{Document, Emergency, Line, Step, Voice};
use crate::twiml::voice::{Dial, Hangup, Leave, Number, Pause, Play, Redirect, Response, Say};

/// One document in the making.
pub(super) struct Scene<'a> {
    pub(super) script: &'a Script,
    pub(super) links: &'a Links,
    pub(super) emergency: &'a Emergency,
    pub(super) step: Step,
    pub(super) facts: Facts,
}

impl Script {
    /// The document for a call. URLs in it carry the step of `voice`.
    ///
    /// A document that needs a line of another kind than `voice` has says that there is nothing to do, and hangs up.
    pub fn render_voice(&self, links: &Links, emergency: &Emergency, voice: &Voice) -> Response {
        let facts = Facts::of(self, emergency).spoken();
        let scene = Scene { script: self, links, emergency, step: voice.step, facts };
        let (attempt, leg) = match voice.line {
            Some(Line::Attempt(no) | Line::Stray(no)) => (Some(no), None),
            Some(Line::Leg(no)) => (None, Some(no)),
            None => (None, None),
        };
        let document = match voice.document {
            Document::Details { lead } => attempt.map(|no| scene.details(no, lead)),
            Document::AcceptedWait => attempt.map(|no| scene.wait(no, Some(Speech::AcceptedWait))),
            Document::Wait => attempt.map(|no| scene.wait(no, scene.still_waiting())),
            Document::ConfirmBridge => attempt.map(|no| scene.confirm_bridge(no)),
            Document::Connect { leg } => attempt.map(|no| scene.connect(no, leg)),
            Document::Hold => leg.map(|no| scene.hold(no)),
            Document::OfferReconnect => leg.map(|no| scene.offer_reconnect(no)),
            Document::Voicemail { why } => leg.map(|no| scene.voicemail(no, why)),
            Document::Music { news } => Some(scene.music(Speech::News(news))),
            Document::LeaveQueue => Some(Response::new().leave(Leave::new())),
            Document::Joining => Some(scene.joining()),
            Document::WaitOver => Some(scene.goodbye(Speech::WaitOver)),
            Document::AcceptedTransfer => Some(scene.goodbye(Speech::AcceptedTransfer)),
            Document::AcceptedCallCustomer => Some(scene.goodbye(Speech::AcceptedCallCustomer)),
            Document::Passed => Some(scene.goodbye(Speech::Passed)),
            Document::AlreadyTaken => Some(scene.goodbye(Speech::AlreadyTaken)),
            Document::NoKey => Some(scene.goodbye(Speech::NoKey)),
            Document::CustomerGone => Some(scene.goodbye(Speech::CustomerGone)),
            Document::BridgeGivenUp => Some(scene.goodbye(Speech::BridgeGivenUp)),
            Document::Over => Some(scene.goodbye(Speech::Over)),
            Document::Goodbye { why } => Some(scene.goodbye(Speech::Farewell(why))),
            Document::Stranger => Some(scene.goodbye(Speech::Stranger)),
        };
        document.unwrap_or_else(|| scene.goodbye(Speech::Over))
    }

    /// For a caller whose number belongs to no open emergency.
    pub fn no_emergency(&self) -> Response {
        Response::new().say(self.say_plainly(Speech::NoEmergency)).hangup(Hangup::new())
    }

    /// The same, where the branch names somebody to put them through to. They see the caller's number, unless
    /// `caller_id` is another that the provider lets us show.
    pub fn put_through(&self, target: E164, caller_id: Option<E164>) -> Response {
        let mut dial = Dial::new().timeout_secs(PUT_THROUGH_SECS).number(Number::new(target.to_string()));
        if let Some(number) = caller_id {
            dial = dial.caller_id(number.to_string());
        }
        Response::new()
            .say(self.say_plainly(Speech::PuttingThrough))
            .dial(dial)
            .say(self.say_plainly(Speech::PutThroughOver))
            .hangup(Hangup::new())
    }

    /// For a call that can't be answered yet, because the store is slow or one of our documents was lost: a pause,
    /// then `again` (see [`Links::again`]).
    pub fn try_again(&self, again: &str) -> Response {
        Response::new().pause(Pause::secs(TRY_AGAIN_SECS)).redirect(Redirect::new(again.to_owned()))
    }

    /// For a call that can't be answered at all.
    pub fn out_of_order(&self) -> Response {
        Response::new().say(self.say_plainly(Speech::OutOfOrder)).hangup(Hangup::new())
    }

    /// For a customer on hold, when nobody knows where things stand: music.
    pub fn interlude(&self) -> Response {
        self.play_music(Response::new())
    }

    /// One clip, or silence of about its length.
    pub(super) fn play_music(&self, response: Response) -> Response {
        match &self.hold_music_url {
            Some(url) => response.play(Play::new(url.clone())),
            None => response.pause(Pause::secs(SILENCE_SECS)),
        }
    }

    /// A sentence in the language and voice of the branch.
    pub(super) fn say(&self, sentence: impl Into<Cow<'static, str>>) -> Say {
        let mut say = Say::new(sentence);
        if let Some(voice) = &self.voice {
            say = say.voice(voice.clone());
        }
        if let Some(language) = &self.language {
            say = say.language(language.clone());
        }
        say
    }

    fn say_plainly(&self, speech: Speech) -> Say {
        self.say(self.wording.speech(speech, &Facts::without_emergency(self)))
    }
}

impl Scene<'_> {
    pub(super) fn say(&self, speech: Speech) -> Say {
        self.script.say(self.script.wording.speech(speech, &self.facts))
    }

    pub(super) fn goodbye(&self, speech: Speech) -> Response {
        Response::new().say(self.say(speech)).hangup(Hangup::new())
    }
}

const PUT_THROUGH_SECS: u32 = 30;

const TRY_AGAIN_SECS: u32 = 3;

/// Long enough not to talk all the time, short enough that a connection does not wait for it.
const SILENCE_SECS: u32 = 10;
