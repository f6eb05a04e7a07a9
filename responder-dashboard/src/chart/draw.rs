//! Where each bar is.

use std::time::Duration;

use responder_core::Timestamp;

use super::{Bar, Chart, span};

/// A chart with places: across in hundredths of the width, which is that of the page, down in pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) height: usize,
    pub(crate) axis_y: usize,
    /// Where the names of the ticks stand.
    pub(crate) tick_y: usize,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) lanes: Vec<DrawnLane>,
    /// All of it in words.
    pub(crate) words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) x: String,
    pub(crate) label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DrawnLane {
    pub(crate) label: String,
    pub(crate) label_y: usize,
    pub(crate) bars: Vec<DrawnBar>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DrawnBar {
    pub(crate) class: &'static str,
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) y: usize,
    pub(crate) height: usize,
    pub(crate) words: String,
}

const LANE: usize = 40;
const LABEL: usize = 14;
const BAR_AT: usize = 20;
const BAR: usize = 14;
/// What only prepares is drawn thinner, so that not the colour alone tells them apart.
const THIN: usize = 6;
const AXIS: usize = 24;

/// The narrowest bar that can be seen, in hundredths of a percent of the width.
const NARROWEST: u128 = 60;

/// Between two ticks, in seconds.
const STEPS: [u64; 16] = [2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/// Parts between ticks at most: more do not fit on a phone.
const MOST_PARTS: u64 = 5;

impl Drawing {
    pub(crate) fn of(chart: &Chart) -> Self {
        let axis_y = chart.lanes.len() * LANE;
        let lanes = chart.lanes.iter().enumerate().map(|(at, lane)| DrawnLane {
            label: lane.label.clone(),
            label_y: at * LANE + LABEL,
            bars: lane.bars.iter().map(|bar| drawn(chart, bar, at * LANE + BAR_AT)).collect(),
        });
        let lanes = lanes.collect();
        Self {
            height: axis_y + AXIS,
            axis_y,
            tick_y: axis_y + AXIS - 6,
            ticks: ticks(chart),
            lanes,
            words: chart.in_words(),
        }
    }
}

impl Drawing {
    /// Whether somebody was asked for a message, which is rare.
    pub(crate) fn has_message(&self) -> bool {
        let mut bars = self.lanes.iter().flat_map(|lane| &lane.bars);
        bars.any(|bar| bar.class == super::Kind::Message.class())
    }
}

fn drawn(chart: &Chart, bar: &Bar, y: usize) -> DrawnBar {
    let from = place(chart, bar.from);
    let width = (place(chart, bar.to) - from).max(NARROWEST);
    // One at the very end is moved in.
    let from = from.min(WHOLE - width.min(WHOLE));
    let height = if matches!(bar.kind, super::Kind::Placing | super::Kind::Line) { THIN } else { BAR };
    DrawnBar {
        class: bar.kind.class(),
        x: percent(from),
        width: percent(width),
        y: y + (BAR - height) / 2,
        height,
        words: bar.in_words(),
    }
}

/// In hundredths of a percent: whole numbers, so that the same chart is the same text everywhere.
fn place(chart: &Chart, at: Timestamp) -> u128 {
    let whole = chart.end.since(chart.begin).as_micros().max(1);
    (at.since(chart.begin).as_micros() * WHOLE / whole).min(WHOLE)
}

const WHOLE: u128 = 10_000;

fn percent(hundredths: u128) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn ticks(chart: &Chart) -> Vec<Tick> {
    let whole = chart.end.since(chart.begin).as_secs();
    let longest = STEPS[STEPS.len() - 1];
    let step = STEPS.into_iter().find(|step| whole / step <= MOST_PARTS);
    let step = step.unwrap_or_else(|| (whole / MOST_PARTS / longest + 1) * longest);
    let at = |seconds: u64| place(chart, chart.begin + Duration::from_secs(seconds));
    let seconds = (0..=whole / step).map(|part| part * step);
    // A name at the very end would be cut off.
    let seconds = seconds.filter(|seconds| at(*seconds) <= WHOLE * 93 / 100);
    seconds.map(|seconds| Tick { x: percent(at(seconds)), label: span(Duration::from_secs(seconds)) }).collect()
}
