//! `<Gather>`: keys and speech.

use std::time::Duration;

use responder_core::twiml::voice::{Gather, GatherChild, Input};

use super::{
    Flow,
    attributes::{flag, seconds},
};
use crate::{
    network::{Departure, Gathering, Network, Seat, Stage, Timer},
    sid::Sid,
    trace::Pressed,
    webhook::Fields,
};

impl Network {
    pub(super) fn gather(&mut self, sid: &Sid, verb: &Gather) -> Flow {
        let read = verb.read();
        let Some(action) = self.address(sid, read.action().unwrap_or_default(), read.method().as_ref()) else {
            self.application_error(sid);
            return Flow::Wait;
        };
        let input = read.input().ok().flatten().unwrap_or_else(|| vec![Input::Dtmf]);
        let is_sound = |child: &GatherChild| !matches!(child, GatherChild::Text(_));
        let gathering = Gathering {
            prompts: verb.clone().into_children().into_iter().filter(is_sound).collect(),
            digits: String::new(),
            count: read.num_digits().ok().flatten().and_then(|count| usize::try_from(count).ok()),
            finish: read.finish_on_key().map_or(Some('#'), |keys| keys.chars().next()),
            timeout: seconds(read.timeout_secs()).unwrap_or(Duration::from_secs(5)),
            action,
            on_empty: flag(read.action_on_empty_result(), false),
            keys: input.contains(&Input::Dtmf),
            speech: input.contains(&Input::Speech),
        };
        let (keys, speech) = (gathering.keys, gathering.speech);
        self.call(sid).stage = Stage::Gathering(Box::new(gathering));
        self.asked(sid, keys, speech);
        self.next_prompt(sid);
        Flow::Wait
    }

    /// The next nested sound, or the time-out after the last one.
    pub(super) fn next_prompt(&mut self, sid: &Sid) {
        while let Stage::Gathering(gathering) = &mut self.call(sid).stage {
            let (prompt, timeout) = (gathering.prompts.pop_front(), gathering.timeout);
            match prompt {
                None => return self.arm(sid, Timer::Gather, timeout),
                Some(GatherChild::Say(say)) => return self.begin_say(sid, &say),
                Some(GatherChild::Play(play)) => return self.begin_play(sid, &play),
                Some(GatherChild::Pause(pause)) => return self.begin_pause(sid, &pause),
                Some(_) => {}
            }
        }
    }

    /// The phone presses keys, one after the other; what nobody listens to is lost.
    pub(crate) fn press(&mut self, sid: &Sid, keys: &str) {
        if self.call(sid).is_over() {
            return;
        }
        let now = self.now;
        self.call(sid).record.pressed.push(Pressed { at: now, keys: keys.to_owned() });
        for key in keys.chars().filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#')) {
            self.press_key(sid, key);
        }
    }

    fn press_key(&mut self, sid: &Sid, key: char) {
        if key == '*' && self.call(sid).stay.as_ref().is_some_and(|stay| stay.star) {
            return self.depart(sid, Departure::HungUp);
        }
        match &mut self.call(sid).stage {
            Stage::Gathering(gathering) if gathering.keys => {
                let timeout = gathering.timeout;
                let finished = gathering.finish == Some(key);
                if !finished {
                    gathering.digits.push(key);
                }
                let full = gathering.count.is_some_and(|count| gathering.digits.chars().count() >= count);
                gathering.prompts.clear();
                self.stop_sound(sid);
                if finished || full { self.gathered(sid) } else { self.arm(sid, Timer::Gather, timeout) }
            }
            Stage::Recording(taking) if taking.finish.contains(key) => self.taken(sid, &key.to_string()),
            Stage::Talking(talking)
                if key == '*' && matches!(&talking.seat, Seat::Dialler(dialing) if dialing.star) =>
            {
                self.drop_peer(sid);
            }
            _ => {}
        }
    }

    /// The phone says something; it counts where a `<Gather>` listens to speech.
    pub(crate) fn speak(&mut self, sid: &Sid, words: &str) {
        let Stage::Gathering(gathering) = &self.call(sid).stage else {
            return;
        };
        if gathering.speech {
            let action = gathering.action.clone();
            self.stop_sound(sid);
            let fields = [("SpeechResult", words), ("Confidence", "0.9")];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let role = self.call(sid).role();
            self.fetch(sid, action, fields, role);
        }
    }

    fn stop_sound(&mut self, sid: &Sid) {
        let now = self.now;
        for timer in [Timer::Verb, Timer::Gather] {
            self.disarm(sid, timer);
        }
        self.call(sid).hush(now);
    }

    /// No more keys: the action follows, or, if there were none, the next verb.
    pub(crate) fn gathered(&mut self, sid: &Sid) {
        self.stop_sound(sid);
        match std::mem::take(&mut self.call(sid).stage) {
            Stage::Gathering(gathering) if !gathering.digits.is_empty() || gathering.on_empty => {
                let fields: Fields = vec![("Digits".to_owned(), gathering.digits)];
                let role = self.call(sid).role();
                self.fetch(sid, gathering.action, fields, role);
            }
            Stage::Gathering(_) => self.run(sid),
            other => self.call(sid).stage = other,
        }
    }
}
