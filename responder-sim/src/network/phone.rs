//! What the phone at the far end does by its script.

use crate::{behaviour::Line, sid::Sid};

use super::{Network, Stage, Timer};

impl Network {
    /// The phone hears a text and may react to it.
    pub(crate) fn hears_text(&mut self, sid: &Sid, text: &str) {
        let call = self.call(sid);
        if !call.has_person() {
            return;
        }
        let text = text.to_lowercase();
        let reactions = call.phone.script.on_hearing.clone();
        for (rank, reaction) in reactions.iter().enumerate() {
            if text.contains(&reaction.text.to_lowercase()) && self.call(sid).phone.heard.insert(rank) {
                self.plan_press(sid, reaction.press.clone(), reaction.after);
            }
        }
    }

    /// The phone is asked for keys or speech.
    pub(crate) fn asked(&mut self, sid: &Sid, keys: bool, speech: bool) {
        let call = self.call(sid);
        if !call.has_person() {
            return;
        }
        let delay = call.phone.script.key_delay;
        if keys {
            let next = call.phone.script.keys.get(call.phone.gathers).cloned().unwrap_or_default();
            call.phone.gathers += 1;
            if !next.is_empty() {
                self.plan_press(sid, next, delay);
            }
        }
        if speech {
            self.arm(sid, Timer::Speak, delay);
        }
    }

    pub(crate) fn plan_press(&mut self, sid: &Sid, keys: String, after: std::time::Duration) {
        let phone = &mut self.call(sid).phone;
        phone.pressed += 1;
        let rank = phone.pressed;
        phone.presses.insert(rank, keys);
        self.arm(sid, Timer::Press(rank), after);
    }

    pub(super) fn scripted_press(&mut self, sid: &Sid, rank: u32) {
        if let Some(keys) = self.call(sid).phone.presses.remove(&rank) {
            self.press(sid, &keys);
        }
    }

    pub(super) fn scripted_speech(&mut self, sid: &Sid) {
        let phone = &mut self.call(sid).phone;
        let next = phone.script.speech.get(phone.spoken).cloned().unwrap_or_default();
        phone.spoken += 1;
        if !next.is_empty() {
            self.speak(sid, &next);
        }
    }

    /// The phone is put on hold.
    pub(super) fn on_hold(&mut self, sid: &Sid) {
        if let Some(after) = self.call(sid).phone.script.hang_up_on_hold_after {
            self.arm(sid, Timer::HangUpOnHold, after);
        }
    }

    /// The phone talks to somebody. A machine that talks to a person goes on until it is hung up on.
    pub(super) fn talking(&mut self, sid: &Sid) {
        self.disarm(sid, Timer::HangUpOnHold);
        let script = &self.call(sid).phone.script;
        if let (Some(after), Line::Human) = (script.hang_up_talking_after, script.line) {
            self.arm(sid, Timer::HangUpTalking, after);
        }
    }

    /// Whether a key would be heard now.
    pub(crate) fn listens(&mut self, sid: &Sid) -> bool {
        matches!(self.call(sid).stage, Stage::Gathering(_) | Stage::Recording(_) | Stage::Talking(_))
    }
}
