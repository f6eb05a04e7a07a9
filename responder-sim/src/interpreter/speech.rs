//! `<Say>`, `<Play>` and `<Pause>`.

use std::time::Duration;

use responder_core::twiml::Element;

use super::{Attributes, Flow};
use crate::{
    agenda::seconds,
    network::{Network, Stage, Timer},
    sid::Sid,
    trace::Sound,
};

impl Network {
    /// A sound as a verb of its own.
    pub(super) fn sound(&mut self, sid: &Sid, verb: &Element) -> Flow {
        self.call(sid).stage = Stage::Hearing;
        self.begin_sound(sid, verb);
        Flow::Wait
    }

    /// The sound begins, and its end is entered.
    pub(super) fn begin_sound(&mut self, sid: &Sid, verb: &Element) {
        let length = match verb.name() {
            "Pause" => verb.seconds("length").unwrap_or(Duration::from_secs(1)),
            "Play" => self.begin_play(sid, verb),
            _ => self.begin_say(sid, verb),
        };
        self.arm(sid, Timer::Verb, length);
    }

    fn begin_say(&mut self, sid: &Sid, verb: &Element) -> Duration {
        let text = spoken_text(verb);
        let now = self.now;
        self.call(sid).hear(now, Sound::Said(text.clone()));
        self.hears_text(sid, &text);
        let rate = f64::from(self.options.timing.speech_rate.max(1));
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        seconds(f64::from(characters) / rate).saturating_mul(repeats(verb))
    }

    fn begin_play(&mut self, sid: &Sid, verb: &Element) -> Duration {
        let now = self.now;
        if let Some(digits) = verb.get("digits") {
            self.call(sid).hear(now, Sound::Tones(digits.to_owned()));
            let tones = u32::try_from(digits.chars().count()).unwrap_or(u32::MAX);
            return Duration::from_millis(500).saturating_mul(tones);
        }
        let written = verb.inner_text().trim().to_owned();
        let url = self.address(sid, &written, None).map_or(written, |target| target.url);
        let timing = &self.options.timing;
        let length = timing.media_lengths.get(&url).copied().unwrap_or(timing.play_length);
        self.call(sid).hear(now, Sound::Played(url));
        length.saturating_mul(repeats(verb))
    }
}

/// What is heard of a `<Say>`: its texts, those inside speech markup as well, with single blanks.
fn spoken_text(verb: &Element) -> String {
    fn collect(element: &Element, words: &mut Vec<String>) {
        for child in element.children() {
            match child {
                responder_core::twiml::Node::Text(text) => words.extend(text.split_whitespace().map(str::to_owned)),
                responder_core::twiml::Node::Element(element) => collect(element, words),
            }
        }
    }
    let mut words = Vec::new();
    collect(verb, &mut words);
    words.join(" ")
}

/// Zero means as often as the provider ever repeats.
fn repeats(verb: &Element) -> u32 {
    match verb.get("loop").and_then(|count| count.trim().parse().ok()) {
        Some(0) => MAX_REPEATS,
        Some(count) => u32::min(count, MAX_REPEATS),
        None => 1,
    }
}

const MAX_REPEATS: u32 = 1000;
