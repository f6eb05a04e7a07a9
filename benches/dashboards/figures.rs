//! What is measured, and how it is printed.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::common::process;

/// Microseconds of the machine's clock, which all processes share.
pub(crate) type Micros = u64;

pub(crate) fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    u64::try_from(since.as_micros()).expect("this century")
}

/// Something that happened in a branch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    /// The number of the branch.
    pub(crate) branch: usize,
    pub(crate) id: u64,
    /// When it happened, by the branch.
    pub(crate) at: Micros,
    /// When somebody heard of it who asks the branch itself: then it is stored for sure.
    pub(crate) known: Micros,
}

/// A server, seen from outside.
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn of(process: &process::Process) -> Self {
        Self(process.id())
    }

    pub(crate) fn resident_kb(&self) -> u64 {
        self.status("VmRSS:")
    }

    pub(crate) fn peak_kb(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
        line.trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).expect("Linux");
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u32>().expect("a number"));
        f64::from(ticks.sum::<u32>()) / TICKS
    }
}

/// One run.
pub(crate) struct Row {
    pub(crate) dashboards: usize,
    pub(crate) emergencies: usize,
    pub(crate) events: usize,
    pub(crate) open_kb: u64,
    pub(crate) resident_kb: u64,
    pub(crate) peak_kb: u64,
    pub(crate) branch_kb: u64,
    pub(crate) cpu_share: f64,
    pub(crate) heard: Vec<Micros>,
    pub(crate) shown: Vec<Micros>,
    /// What a page has not heard, or not shown.
    pub(crate) missing: usize,
}

impl Row {
    pub(crate) const HEAD: &str = "dashboards | emergencies, events | admin server, MB: opened, in the end, at most \
         | largest branch, MB | CPU of the admin server | event to page, ms: heard p50 p99 max; shown p50 p99 max | missing";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mb = |kb: u64| kb as f64 / 1024.0;
        write!(f, "{} | {}, {} | ", self.dashboards, self.emergencies, self.events)?;
        write!(f, "{:.1}, {:.1}, {:.1} | ", mb(self.open_kb), mb(self.resident_kb), mb(self.peak_kb))?;
        write!(f, "{:.1} | {:.0} % | ", mb(self.branch_kb), self.cpu_share * 100.0)?;
        write!(f, "{}; {} | {}", Quantiles(&self.heard), Quantiles(&self.shown), self.missing)
    }
}

struct Quantiles<'a>(&'a [Micros]);

impl fmt::Display for Quantiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.to_vec();
        sorted.sort_unstable();
        let Some(last) = sorted.len().checked_sub(1) else { return f.write_str("-") };
        let at = |share: usize| sorted[last * share / 100] as f64 / 1000.0;
        write!(f, "{:.0} {:.0} {:.0}", at(50), at(99), at(100))
    }
}

/// Of the kernel's clock for processes, in a second.
const TICKS: f64 = 100.0;
