//! What came of emergencies, and how fast: by week, for each branch.

use std::time::Duration;

use askama::Template;
use responder_core::{
    Timestamp,
    emergency::Conclusion,
    http::admin::{BranchGlance, Frame as Given},
};

use super::frame::{Frame, Tab};
use crate::{
    chart::span,
    emergency::{Seen, SeenPhase, day_and_clock, grade},
};

#[derive(Template)]
#[template(path = "admin/figures.html")]
struct Figures {
    frame: Frame,
    rows: Vec<BranchFigures>,
}

/// Those of one branch.
struct BranchFigures {
    key: String,
    name: String,
    trouble: Option<String>,
    total: usize,
    is_cut: bool,
    weeks: Vec<Week>,
    outcomes: Columns,
    accept: Columns,
    hold: Columns,
}

/// Seven days, from Monday on, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Week {
    label: String,
    /// By [`KINDS`].
    outcomes: [usize; 4],
    accept: Option<Duration>,
    hold: Option<Duration>,
}

/// A chart of columns, one for each week.
struct Columns {
    /// All of it in words.
    words: String,
    columns: Vec<Column>,
}

struct Column {
    label: String,
    label_x: String,
    value: String,
    value_y: usize,
    parts: Vec<Part>,
}

struct Part {
    class: &'static str,
    x: String,
    width: String,
    y: usize,
    height: usize,
    words: String,
}

/// What outcomes are drawn as: class and words.
const KINDS: [(&str, &str); 4] =
    [("good", "connected"), ("warn", "customer gone"), ("bad", "nobody accepted"), ("quiet", "cancelled")];

const WEEKS: usize = 8;
const HEIGHT: usize = 96;
/// Above the columns, for their values.
const TOP: usize = 18;

/// The most that a branch tells at once.
const MOST: usize = 200;

pub(super) fn figures(given: &Given, glances: &[BranchGlance]) -> Result<String, askama::Error> {
    let rows = glances.iter().map(|glance| BranchFigures::of(glance, given.now)).collect();
    Figures { frame: Frame::of(given, "Figures", Tab::Figures), rows }.render()
}

impl BranchFigures {
    fn of(glance: &BranchGlance, now: Timestamp) -> Self {
        let told = glance.emergencies.as_ref();
        let seen = told.map(|list| Seen::all_told(list)).unwrap_or_default();
        let weeks = weeks(&seen, now);
        let durations = |of: fn(&Week) -> Option<Duration>, what: &str| columns_of_spans(&weeks, of, what);
        Self {
            key: glance.branch.branch.to_string(),
            name: glance.branch.name.clone(),
            trouble: told.err().cloned(),
            total: weeks.iter().map(|week| week.outcomes.iter().sum::<usize>()).sum(),
            is_cut: seen.len() == MOST,
            outcomes: columns_of_outcomes(&weeks),
            accept: durations(|week| week.accept, "accepted after"),
            hold: durations(|week| week.hold, "on hold for"),
            weeks,
        }
    }
}

impl Week {
    fn shown(span_of: Option<&Duration>) -> String {
        span_of.map_or_else(|| "–".to_owned(), |duration| span(*duration))
    }
}

/// The last eight weeks, oldest first.
fn weeks(seen: &[Seen], now: Timestamp) -> Vec<Week> {
    let this = week_of(now);
    let first = this + 1 - i64::try_from(WEEKS).unwrap_or(0);
    let of = |number: i64| {
        let concluded = seen.iter().filter_map(|e| match e.phase {
            SeenPhase::Concluded { outcome, .. } if week_of(e.opened_at) == number => Some((e, outcome)),
            _ => None,
        });
        let concluded: Vec<_> = concluded.collect();
        let mut outcomes = [0; 4];
        for (_, outcome) in &concluded {
            outcomes[kind(*outcome)] += 1;
        }
        let accept = concluded.iter().filter_map(|(e, _)| Some(e.accepted_at?.since(e.opened_at)));
        let hold = concluded.iter().filter(|(e, _)| !e.legs.is_empty()).map(|(e, _)| e.hold());
        Week { label: monday(number), outcomes, accept: median(accept), hold: median(hold) }
    };
    (first..=this).map(of).collect()
}

/// Weeks since the Monday before the epoch, which was a Thursday.
const fn week_of(at: Timestamp) -> i64 {
    (at.as_micros() / DAY_MICROS + 3).div_euclid(7)
}

/// `11-16`: month and day of its Monday.
fn monday(week: i64) -> String {
    let at = Timestamp::from_micros((week * 7 - 3) * DAY_MICROS);
    day_and_clock(at).get(5..10).unwrap_or_default().to_owned()
}

const DAY_MICROS: i64 = 86_400_000_000;

/// Which of [`KINDS`].
fn kind(outcome: Conclusion) -> usize {
    KINDS.iter().position(|(class, _)| *class == grade(outcome)).unwrap_or(KINDS.len() - 1)
}

/// Of an even number, the lower of the two in the middle.
fn median(spans: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut spans: Vec<_> = spans.collect();
    spans.sort_unstable();
    spans.get(spans.len().saturating_sub(1) / 2).copied()
}

fn columns_of_outcomes(weeks: &[Week]) -> Columns {
    let most = weeks.iter().map(|week| week.outcomes.iter().sum::<usize>()).max().unwrap_or(0).max(1);
    let column = |(at, week): (usize, &Week)| {
        let total: usize = week.outcomes.iter().sum();
        let mut bottom = TOP + HEIGHT;
        let mut parts = Vec::new();
        for (count, (class, words)) in week.outcomes.iter().zip(KINDS).filter(|(count, _)| **count > 0) {
            let height = (HEIGHT * count / most).max(3);
            bottom = bottom.saturating_sub(height);
            parts.push(part(at, class, bottom, height, format!("{count} {words}")));
        }
        Column { value: if total == 0 { String::new() } else { total.to_string() }, parts, ..column(at, week, bottom) }
    };
    let told = |week: &Week| {
        let kinds = week.outcomes.iter().zip(KINDS).filter(|(count, _)| **count > 0);
        let kinds: Vec<_> = kinds.map(|(count, (_, words))| format!("{count} {words}")).collect();
        (!kinds.is_empty()).then(|| format!("Week of {}: {}.", week.label, kinds.join(", ")))
    };
    let words: Vec<_> = weeks.iter().filter_map(told).collect();
    Columns { words: words.join(" "), columns: weeks.iter().enumerate().map(column).collect() }
}

fn columns_of_spans(weeks: &[Week], of: fn(&Week) -> Option<Duration>, what: &str) -> Columns {
    let most = weeks.iter().filter_map(of).max().unwrap_or_default().as_millis().max(1);
    let column = |(at, week): (usize, &Week)| {
        let Some(duration) = of(week) else { return column(at, week, TOP + HEIGHT) };
        let height = u128::try_from(HEIGHT).unwrap_or(0) * duration.as_millis() / most;
        let height = usize::try_from(height).unwrap_or(HEIGHT).max(3);
        let (y, value) = (TOP + HEIGHT - height, short(duration));
        let parts = vec![part(at, "span", y, height, format!("{what} {}", span(duration)))];
        Column { value, parts, ..column(at, week, y) }
    };
    let told = |week: &Week| of(week).map(|duration| format!("Week of {}: {what} {}.", week.label, span(duration)));
    let words: Vec<_> = weeks.iter().filter_map(told).collect();
    Columns { words: words.join(" "), columns: weeks.iter().enumerate().map(column).collect() }
}

/// `45 s`, `2.5 min`, `3 h`: what fits above a narrow column.
fn short(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6000 => format!("{}.{} min", seconds / 60, seconds % 60 / 6),
        seconds => format!("{} h", seconds / 3600),
    }
}

fn column(at: usize, week: &Week, top: usize) -> Column {
    let label_x = percent(at * 10_000 / WEEKS + 5_000 / WEEKS);
    let value_y = top.saturating_sub(5);
    Column { label: week.label.clone(), label_x, value: String::new(), value_y, parts: Vec::new() }
}

fn part(at: usize, class: &'static str, y: usize, height: usize, words: String) -> Part {
    let (x, width) = (at * 10_000 / WEEKS + 200, 10_000 / WEEKS - 400);
    Part { class, x: percent(x), width: percent(width), y, height, words }
}

fn percent(hundredths: usize) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_week_begins_on_monday() {
        let sunday = week_of(at("2026-11-15T23:59:59Z"));
        assert_eq!(week_of(at("2026-11-16T00:00:00Z")), sunday + 1);
        assert_eq!(week_of(at("2026-11-22T23:59:59Z")), sunday + 1);
        assert_eq!(monday(sunday + 1), "11-16");
    }

    #[test]
    fn the_median_of_nothing_is_nothing() {
        let median = |seconds: &[u64]| median(seconds.iter().map(|seconds| Duration::from_secs(*seconds)));
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[9, 1, 5]), Some(Duration::from_secs(5)));
        assert_eq!(median(&[4, 1]), Some(Duration::from_secs(1)));
    }

    #[test]
    fn columns_stay_in_their_chart() {
        let week = |outcomes| Week { label: "11-16".to_owned(), outcomes, accept: None, hold: None };
        let drawn = columns_of_outcomes(&[week([97, 1, 1, 1]), week([0; 4])]);
        let parts = &drawn.columns[0].parts;
        assert_eq!(parts.len(), 4, "what is rare is seen, too");
        for part in parts {
            assert!(part.height >= 3 && part.y + part.height <= TOP + HEIGHT, "{} {}", part.y, part.height);
        }
        assert!(drawn.columns[1].parts.is_empty());
        assert_eq!(drawn.words, "Week of 11-16: 97 connected, 1 customer gone, 1 nobody accepted, 1 cancelled.");
    }
}
