//! How fast a log is read, against the least that has to be done: finding where blocks begin, and the keywords.
//!
//! `cargo bench --bench log_parser`, or with sizes in MB: `cargo bench --bench log_parser -- 1 10`

#[path = "log/clock.rs"]
mod clock;
#[path = "log/text.rs"]
mod text;

use std::{hint::black_box, num::NonZeroUsize, time::Instant};

use aho_corasick::packed::Searcher;
use clock::seconds;
use memchr::memmem;
use responder::timeline::{Blocks, BlocksBack, Status, Timeline, UtcOffset};

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1, 10, 100, 1000] } else { sizes };
    println!("GB/s of one core; memory of the list as a part of the log");
    println!(
        "{:>6} {:>9} {:>6}  {:>6} {:>6} {:>9} {:>7} {:>7}  {:>6} {:>9}",
        "MB", "blocks", "errors", "raw", "parse", "raw/parse", "forward", "back", "memory", "2 threads"
    );
    for megabytes in sizes {
        row(megabytes);
    }
}

fn row(megabytes: usize) {
    let (text, _) = text::log(megabytes * 1_000_000, Some(20));
    let text = text.as_bytes();
    let runs = if megabytes > 500 { 3 } else { 9 };
    let rate = |seconds: f64| text.len() as f64 / seconds / 1e9;
    let raw = rate(seconds(runs, || raw(black_box(text))));
    let parsed = rate(seconds(runs, || Timeline::parse(black_box(text), UtcOffset::UTC).len()));
    let forward = rate(seconds(runs, || Blocks::new(black_box(text)).filter(is_bad).count()));
    let back = rate(seconds(runs, || BlocksBack::new(black_box(text)).filter(is_bad).count()));
    let two = NonZeroUsize::new(2).expect("two");
    let threads = (0..runs).map(|_| {
        let begin = Instant::now();
        black_box(Timeline::parse_on(black_box(text), UtcOffset::UTC, two).len());
        begin.elapsed().as_secs_f64()
    });
    let threads = rate(threads.fold(f64::MAX, f64::min));
    let timeline = Timeline::parse(text, UtcOffset::UTC);
    assert!(timeline.diagnostics().is_empty());
    let (blocks, errors) = (timeline.len(), timeline.failures() as f64 / timeline.len() as f64 * 100.0);
    let (ratio, memory) = (raw / parsed, timeline.memory() as f64 / text.len() as f64);
    println!(
        "{megabytes:>6} {blocks:>9} {errors:>5.1}%  {raw:>6.2} {parsed:>6.2} {ratio:>9.2} {forward:>7.2} {back:>7.2}  {memory:>6.3} {threads:>9.2}"
    );
}

/// The time and the title of each block are looked at, too.
fn is_bad(block: &responder::timeline::Block<'_>) -> bool {
    block.status() == Status::Error && block.time().is_some() && !black_box(block.title()).is_empty()
}

/// Delimiters, and keywords in lower-cased text, each by the fastest search that there is.
fn raw(text: &[u8]) -> usize {
    let delimiter = memmem::Finder::new("\n--- ");
    let words = ["error", "failed", "critical", "warning", "unavailable", "unable"];
    let words = Searcher::new(words).expect("a machine with vector instructions");
    let mut lower = vec![0; 8 << 10];
    let mut found = 0;
    for window in text.chunks(lower.len()) {
        let lower = &mut lower[..window.len()];
        for (lower, byte) in lower.iter_mut().zip(window) {
            *lower = byte | 0x20;
        }
        found += words.find_iter(&*lower).count() + delimiter.find_iter(window).count();
    }
    found
}
