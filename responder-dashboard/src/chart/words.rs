//! The same in words.

use std::time::Duration;

use super::{Bar, Chart, Kind, Lane};

impl Chart {
    /// Everything that the drawing shows, for who can't see it.
    pub(crate) fn in_words(&self) -> String {
        let lanes: Vec<String> = self.lanes.iter().map(Lane::in_words).collect();
        lanes.join(" ")
    }
}

impl Lane {
    fn in_words(&self) -> String {
        let bars: Vec<String> = self.bars.iter().map(Bar::in_words).collect();
        let end = if self.is_open { ", and goes on" } else { "" };
        format!("{}: {}{end}.", self.label, bars.join(", "))
    }
}

impl Bar {
    /// What it is, and how long.
    pub(crate) fn in_words(&self) -> String {
        format!("{} for {}", self.kind.verb(), span(self.to.since(self.from)))
    }
}

impl Kind {
    fn verb(self) -> &'static str {
        match self {
            Self::Placing => "is being placed",
            Self::Ring => "rings",
            Self::Line => "is on the line",
            Self::Hold => "holds",
            Self::Talk => "talks",
            Self::Message => "is asked for a message",
        }
    }

    /// What it is called in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Placing => "placing",
            Self::Ring => "ring",
            Self::Line => "line",
            Self::Hold => "hold",
            Self::Talk => "talk",
            Self::Message => "message",
        }
    }
}

/// How long something is: `8 s`, `2 min 5 s`, `1 h 3 min`.
pub(crate) fn span(span: Duration) -> String {
    let (hours, minutes, seconds) = (span.as_secs() / 3600, span.as_secs() / 60 % 60, span.as_secs() % 60);
    match (hours, minutes, seconds) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
