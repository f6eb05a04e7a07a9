//! How long it takes to tell what happened last, however long the log is: between appends, and in a process that has
//! just started. Then, whether writers lose anything while the log is put aside again and again.
//!
//! `cargo bench --bench log_tail`, or with sizes in MB: `cargo bench --bench log_tail -- 1 10`

#[path = "log/text.rs"]
mod text;

use std::{
    fs,
    hint::black_box,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use responder::{
    Timestamp,
    timeline::{
        Blocks, Record, UtcOffset,
        file::{Archived, LogFile, LogSettings, archives, failure_since, recent},
    },
};

/// How far back a failure shows.
const SHOWN_FOR: Duration = Duration::from_secs(300);

/// Blocks that are shown.
const RECENT: usize = 20;

const CALLS: usize = 500;
const PROCESSES: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, what, path, since] = arguments.as_slice()
        && flag == "--once"
    {
        return once(what, Path::new(path), since.parse().expect("a time"));
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1, 10, 100, 1000] } else { sizes };
    println!("microseconds, median and p95; status: has anything failed in 5 minutes that needs a person?");
    println!("{:>6} {:<28} {:>16} {:>16} {:>16}", "MB", "", "again", "after an append", "a new process");
    for megabytes in sizes {
        rows(megabytes);
    }
    load(Duration::from_secs(10));
}

fn rows(megabytes: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    for (needy, is_ours, what) in [
        (Some(20), true, "recent=20"),
        (Some(20), true, "status, yes"),
        (None, true, "status, no"),
        (None, false, "status, no, of a foreign log"),
    ] {
        let path = folder.path().join("main.log");
        let (text, mut at) = text::log(megabytes * 1_000_000, needy);
        fs::write(&path, &text).expect("a log");
        let log = LogFile::new(&path, LogSettings::default());
        let record = Record::of(r#"{"event":"sms_sent","data":{"to":"+15005550001"}}"#).expect("JSON");
        let append = |at| match is_ours {
            true => log.append_record(&record, at).expect("written"),
            false => log.append("SMS_SENT", at, r#"{"event":"sms_sent"}"#).expect("written"),
        };
        append(at);
        let again = percentiles((0..CALLS).map(|_| ask(what, &path, at)).collect());
        let since = at.to_string();
        let fresh = percentiles((0..PROCESSES).map(|_| in_new_process(what, &path, &since)).collect());
        let appended = (0..CALLS).map(|_| {
            at = at + Duration::from_millis(302);
            append(at);
            ask(what, &path, at)
        });
        let appended = percentiles(appended.collect());
        println!("{megabytes:>6} {what:<28} {again:>16} {appended:>16} {fresh:>16}");
    }
}

/// Microseconds of one question.
fn ask(what: &str, path: &Path, now: Timestamp) -> f64 {
    let begin = Instant::now();
    match what {
        "recent=20" => {
            let timeline = recent(path, RECENT, UtcOffset::UTC).expect("a log");
            let shown = timeline.entries().map(|entry| entry.title().len() + entry.details().len());
            assert_eq!((timeline.len(), shown.sum::<usize>() > 0), (RECENT, true));
        }
        _ => {
            let failure = failure_since(path, now - SHOWN_FOR, UtcOffset::UTC).expect("a log");
            assert!(what == "status, yes" || failure.is_none());
            black_box(failure);
        }
    }
    begin.elapsed().as_secs_f64() * 1e6
}

fn once(what: &str, path: &Path, now: Timestamp) {
    println!("{}", ask(what, path, now));
}

fn in_new_process(what: &str, path: &Path, since: &str) -> f64 {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).args(["--once", what]).arg(path).arg(since).output().expect("a process");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a time")
}

fn percentiles(mut took: Vec<f64>) -> String {
    took.sort_by(f64::total_cmp);
    format!("{:.1} {:>7.1}", took[took.len() / 2], took[took.len() * 95 / 100])
}

/// Eight writers, and a log that is put aside every 100 ms.
fn load(span: Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("main.log");
    let log = LogFile::new(&path, LogSettings::default());
    let (stop, begin) = (AtomicBool::new(false), Instant::now());
    let (written, rotations) = thread::scope(|scope| {
        let writing: Vec<_> = (0..8)
            .map(|writer| {
                scope.spawn({
                    let (log, stop) = (&log, &stop);
                    move || write(log, writer, stop)
                })
            })
            .collect();
        let mut rotations = 0;
        while begin.elapsed() < span {
            thread::sleep(Duration::from_millis(100));
            rotations += usize::from(log.archive(Archived::Rotated).expect("put aside").is_some());
        }
        stop.store(true, Ordering::Relaxed);
        (writing.into_iter().map(|writer| writer.join().expect("a writer")).sum::<usize>(), rotations)
    });
    let (mut found, mut torn, mut bytes) = (0, 0, 0);
    for file in archives(&path).expect("archives").iter().chain([&path]) {
        let text = fs::read(file).unwrap_or_default();
        bytes += text.len();
        for block in Blocks::new(&text) {
            found += 1;
            torn += usize::from(block.problems().count() > 0 || !block.payload().ends_with("\"}}"));
        }
    }
    println!(
        "8 writers, {} s, put aside {rotations} times: {written} blocks ({} MB) written, {} lost, {torn} torn",
        span.as_secs(),
        bytes / 1_000_000,
        written - found
    );
    assert_eq!((found, torn), (written, 0));
}

fn write(log: &LogFile, writer: usize, stop: &AtomicBool) -> usize {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        let payload = format!(
            r#"{{"event":"sms_sent","data":{{"writer":{writer},"number":{number},"x":"{}"}}}}"#,
            "x".repeat(number % 500)
        );
        log.append("SMS_SENT", Timestamp::now(), &payload).expect("written");
        number += 1;
    }
    number
}
