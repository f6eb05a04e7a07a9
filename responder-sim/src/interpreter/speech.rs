//! `<Say>`, `<Play>` and `<Pause>`.

use std::time::Duration;

use responder_core::twiml::{
    Element, Node, ValueError,
    voice::{Pause, Play, Say},
};

use super::{Flow, attributes};
use crate::{
    agenda::seconds,
    network::{Network, Stage, Timer},
    sid::Sid,
    trace::Sound,
};

impl Network {
    /// A sound as a verb of its own.
    pub(super) fn sound(&mut self, sid: &Sid, begin: impl FnOnce(&mut Self)) -> Flow {
        self.call(sid).stage = Stage::Hearing;
        begin(self);
        Flow::Wait
    }

    /// Silence begins, and its end is entered.
    pub(super) fn begin_pause(&mut self, sid: &Sid, pause: &Pause) {
        let length = attributes::seconds(pause.read().length_secs()).unwrap_or(Duration::from_secs(1));
        self.arm(sid, Timer::Verb, length);
    }

    /// The words begin, and their end is entered.
    pub(super) fn begin_say(&mut self, sid: &Sid, say: &Say) {
        let text = spoken_text(say.as_element());
        let now = self.now;
        self.call(sid).hear(now, Sound::Said(text.clone()));
        self.hears_text(sid, &text);
        let rate = f64::from(self.options.timing.speech_rate.max(1));
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let length = seconds(f64::from(characters) / rate).saturating_mul(repeats(say.read().repeat()));
        self.arm(sid, Timer::Verb, length);
    }

    /// The sound file or the keys begin, and their end is entered.
    pub(super) fn begin_play(&mut self, sid: &Sid, play: &Play) {
        let length = self.play_length(sid, play);
        self.arm(sid, Timer::Verb, length);
    }

    fn play_length(&mut self, sid: &Sid, play: &Play) -> Duration {
        let now = self.now;
        if let Some(digits) = play.read().digits() {
            self.call(sid).hear(now, Sound::Tones(digits.to_owned()));
            let tones = u32::try_from(digits.chars().count()).unwrap_or(u32::MAX);
            return Duration::from_millis(500).saturating_mul(tones);
        }
        let written = play.inner_text().trim().to_owned();
        let url = self.address(sid, &written, None).map_or(written, |target| target.url);
        let timing = &self.options.timing;
        let length = timing.media_lengths.get(&url).copied().unwrap_or(timing.play_length);
        self.call(sid).hear(now, Sound::Played(url));
        length.saturating_mul(repeats(play.read().repeat()))
    }
}

/// What is heard of a `<Say>`: its texts, those inside speech markup as well, with single blanks.
fn spoken_text(say: &Element) -> String {
    fn collect(element: &Element, words: &mut Vec<String>) {
        for child in element.children() {
            match child {
                Node::Text(text) => words.extend(text.split_whitespace().map(str::to_owned)),
                Node::Element(element) => collect(element, words),
            }
        }
    }
    let mut words = Vec::new();
    collect(say, &mut words);
    words.join(" ")
}

/// Zero means as often as the provider ever repeats.
fn repeats(count: Result<Option<u32>, ValueError>) -> u32 {
    match count.ok().flatten() {
        Some(0) => MAX_REPEATS,
        Some(count) => count.min(MAX_REPEATS),
        None => 1,
    }
}

const MAX_REPEATS: u32 = 1000;
