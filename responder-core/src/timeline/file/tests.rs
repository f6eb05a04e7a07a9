//! Logs in files: nothing is lost, torn or read twice.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::*;
use crate::{
    Timestamp,
    store::EventId,
    timeline::{Blocks, BranchEvent, Record, Status, Timeline, UtcOffset, needs_a_person},
};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("logs").join("main.log");
    (folder, path)
}

fn at(seconds: u64) -> Timestamp {
    "2026-01-15T22:45:12Z".parse::<Timestamp>().expect("a time") + Duration::from_secs(seconds)
}

fn rotated_at(bytes: u64) -> LogSettings {
    LogSettings { rotate_bytes: bytes.try_into().ok(), ..LogSettings::default() }
}

fn everything(path: &Path) -> Vec<u8> {
    let mut texts: Vec<_> =
        archives(path).expect("archives").iter().map(|path| fs::read(path).expect("a file")).collect();
    texts.push(fs::read(path).unwrap_or_default());
    texts.concat()
}

fn payloads(text: &[u8]) -> Vec<String> {
    Blocks::new(text).map(|block| block.payload().into_owned()).collect()
}

#[test]
fn recent_entries_are_those_of_the_whole() {
    let (_folder, path) = folder();
    let log = LogFile::new(&path, LogSettings::default());
    let mut lengths = 0;
    for number in 0_u64..400 {
        // Long ones, too, that no window holds, and many in one second.
        let padding = if number % 97 == 0 { 200_000 } else { 30 };
        lengths += padding;
        log.append("A", at(number / 7), &format!("{number} {}", "x".repeat(padding))).expect("written");
    }
    assert!(lengths > 500_000);
    let whole = fs::read(&path).expect("a log");
    let whole = Timeline::parse(&whole, UtcOffset::UTC);
    for count in [0, 1, 2, 6, 7, 8, 20, 100, 399, 400, 401, usize::MAX] {
        let recent = recent(&path, count, UtcOffset::UTC).expect("read");
        let expected: Vec<_> = whole.entries().take(count).map(|entry| entry.payload()).collect();
        let found: Vec<_> = recent.entries().map(|entry| entry.payload()).collect();
        assert!(found == expected, "{count}: {} entries, {} expected", found.len(), expected.len());
        assert_eq!(recent.diagnostics(), []);
    }
    assert!(recent(Path::new("/nowhere/at/all"), 1, UtcOffset::UTC).is_err());
}

#[test]
fn little_is_read_for_few() {
    let (_folder, path) = folder();
    let log = LogFile::new(&path, LogSettings::default());
    for number in 0..20_000 {
        log.append("SMS_SENT", at(number), &"x".repeat(300)).expect("written");
    }
    let recent = recent(&path, 20, UtcOffset::UTC).expect("read");
    assert!(recent.text().len() < 20_000, "{} bytes", recent.text().len());
    assert_eq!(recent.len(), 20);
}

#[test]
fn a_failure_shows_for_as_long_as_is_asked() {
    let (_folder, path) = folder();
    assert_eq!(failure_since(&path, at(0), UtcOffset::UTC).expect("no log"), None);
    let log = LogFile::new(&path, LogSettings::default());
    log.append("NOBODY_ACCEPTED", at(10), "{}").expect("written");
    for number in 0..3000 {
        let title = if number % 20 == 0 { "SMS_ERROR" } else { "SMS_SENT" };
        log.append(title, at(10 + number / 100), &"x".repeat(300)).expect("written");
    }
    let found = |since| failure_since(&path, at(since), UtcOffset::UTC).expect("read").map(|failure| failure.title);
    assert_eq!(found(10).as_deref(), Some("NOBODY_ACCEPTED"));
    assert_eq!(found(11), None);
    let concluded = |outcome| format!(r#"{{"event":"emergency_concluded","data":{{"outcome":"{outcome}"}}}}"#);
    log.append("EMERGENCY_CONCLUDED", at(50), &concluded("connected")).expect("written");
    assert_eq!(found(11), None);
    log.append("EMERGENCY_CONCLUDED", at(51), &concluded("unanswered")).expect("written");
    assert_eq!(found(51).as_deref(), Some("EMERGENCY_CONCLUDED"));
    assert_eq!(found(52), None);
}

/// What the end of a log says is what reading all of it says, whoever writes to it.
#[test]
fn what_is_said_of_the_last_failure_is_true() {
    let mut dice = 0x5eed_u64;
    let mut throw = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let (_folder, path) = folder();
    let mut logs = [(); 2].map(|()| LogFile::new(&path, LogSettings::default()));
    let forged = r#"{"event":"sms_sent","data":{"text":"\"last_failure\":null","last_failure":null}}"#;
    let long = format!(r#"{{"event":"sms_sent","data":{{"text":"{}"}}}}"#, "x".repeat(5000));
    let payloads = [r#"{"event":"sms_sent"}"#, r#"{"event":"nobody_accepted"}"#, forged, &long];
    let (mut failures, mut said) = (0, 0);
    for second in 0..3000 {
        let log = &mut logs[throw(2) as usize];
        // Failures are rare, and there are times without any.
        let kind = if throw(150) == 0 { 1 } else { [0, 0, 0, 2, 3][throw(5) as usize] };
        match throw(300) {
            0 => drop(log.archive(Archived::Resolved).expect("put aside")),
            1 => *log = LogFile::new(&path, LogSettings::default()),
            2..40 => log.append("A", at(second), payloads[kind]).expect("written"),
            40 => log.append("CONFIG_ERROR", at(second), "{}").expect("written"),
            41 => fs::write(&path, "").expect("emptied by somebody"),
            _ => log.append_record(&Record::of(payloads[kind]).expect("JSON"), at(second)).expect("written"),
        }
        let whole = fs::read(&path).unwrap_or_default();
        let since = at(second.saturating_sub(throw(400)));
        let expected = Blocks::new(&whole)
            .filter(|block| needs_a_person(block) && block.instant(UtcOffset::UTC).is_some_and(|at| at >= since))
            .last();
        let expected = expected.map(|block| (block.title().into_owned(), block.instant(UtcOffset::UTC)));
        let found = failure_since(&path, since, UtcOffset::UTC).expect("read");
        assert_eq!(found.map(|failure| (failure.title, Some(failure.at))), expected, "at {second}");
        failures += usize::from(expected.is_some());
        said += usize::from(whole.ends_with(b"}\n") && memchr::memmem::find(&whole, br#","last_failure":"#).is_some());
    }
    assert!(failures > 500 && failures < 2500 && said > 1000, "{failures} with a failure, {said} that say so");
}

/// What must always be known: up to which event of the store a log has been written.
#[test]
fn the_position_survives_whatever_happens_to_the_log() {
    let (_folder, path) = folder();
    let log = || LogFile::new(&path, LogSettings::default());
    assert_eq!(log().position().expect("nothing"), EventId::START);
    let first = log();
    for id in 1..=3 {
        let record = Record { id: Some(EventId::from_u64(id)), ..Record::of(r#"{"event":"sms_sent"}"#).expect("JSON") };
        first.append_record(&record, at(id)).expect("written");
    }
    assert_eq!(log().position().expect("a log").as_u64(), 3);

    first.note(&BranchEvent::AppStartFailure { error: "x".repeat(100_000) }, at(4)).expect("written");
    assert_eq!(log().position().expect("a log").as_u64(), 3, "the note carries it");
    let torn = b"\n--- SMS_SENT ---\n2026-01-15 15:45:12.000000+00:00 - {\"event\":\"sms_sent\",\"id\":4,\"da";
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(torn)).expect("written");
    assert_eq!(log().position().expect("a log").as_u64(), 3, "what is torn is not written");

    first.archive(Archived::Cleared).expect("put aside");
    assert_eq!(log().position().expect("archives").as_u64(), 3, "killed after the log was put aside");
    log().append("FOREIGN", at(5), "{}").expect("written");
    assert_eq!(log().position().expect("archives").as_u64(), 3, "a log without any position");
    first.note(&BranchEvent::NoActiveEmergency {}, at(6)).expect("written");
    for archive in archives(&path).expect("archives") {
        fs::remove_file(archive).expect("removed");
    }
    assert_eq!(log().position().expect("a log").as_u64(), 3, "the first block after it carries it");
}

#[test]
fn archives_never_replace_each_other_and_keep_their_order() {
    let (_folder, path) = folder();
    let log = LogFile::new(&path, LogSettings::default());
    assert_eq!(log.archive(Archived::Cleared).expect("nothing to put aside"), None);
    let mut put_aside = Vec::new();
    for (number, why) in
        [Archived::Cleared, Archived::Resolved, Archived::Rotated, Archived::Cleared].into_iter().enumerate()
    {
        log.append("A", at(0), &number.to_string()).expect("written");
        put_aside.extend(log.archive(why).expect("put aside"));
    }
    assert_eq!(archives(&path).expect("archives"), put_aside);
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name(&put_aside[0]).starts_with("main.log.cleared."));
    assert!(name(&put_aside[1]).starts_with("main.log.resolved."));
    assert_eq!(payloads(&everything(&path)), ["0", "1", "2", "3"]);
}

#[test]
fn where_there_is_no_log_to_put_aside_nothing_is_made() {
    let (folder, _) = folder();
    let nowhere = folder.path().join("logs/2026");
    let log = LogFile::new(nowhere.join("main.log"), LogSettings::default());
    assert_eq!(log.archive(Archived::Cleared).expect("nothing to put aside"), None);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "not even its folder");
    log.append("A", at(0), "{}").expect("written, with its folder");
    fs::remove_dir_all(&nowhere).expect("removed");
    assert_eq!(log.archive(Archived::Cleared).expect("nothing to put aside"), None);
    assert!(!nowhere.exists(), "though there was one");
}

#[test]
fn a_log_is_put_aside_before_it_becomes_too_long() {
    let (_folder, path) = folder();
    let log = LogFile::new(&path, rotated_at(500));
    for number in 0..20 {
        log.append("A", at(number), &"x".repeat(100)).expect("written");
    }
    log.append("LONG", at(20), &"x".repeat(1000)).expect("one block is written whatever its length");
    let archives = archives(&path).expect("archives");
    assert_eq!(archives.len(), 7);
    assert!(archives.iter().all(|path| fs::metadata(path).is_ok_and(|file| (1..=500).contains(&file.len()))));
    assert_eq!(payloads(&everything(&path)).len(), 21);
}

#[test]
fn times_are_those_of_the_clock_that_counts() {
    let (_folder, path) = folder();
    let log = LogFile::new(&path, LogSettings::default());
    log.append("A", at(0), "{}").expect("written");
    log.set_zone("America/Phoenix".parse().expect("a zone"));
    log.append("B", at(0), "{}").expect("written");
    let text = fs::read_to_string(&path).expect("a log");
    assert!(
        text.contains("\n2026-01-15 22:45:12.000000+00:00 - ")
            && text.contains("\n2026-01-15 15:45:12.000000-07:00 - ")
    );
}

#[test]
fn only_one_at_a_time_brings_events_into_a_log() {
    let (_folder, path) = folder();
    let lock = LogLock::take(&path).expect("a lock").expect("free");
    assert!(LogLock::take(&path).expect("a lock").is_none());
    drop(lock);
    assert!(LogLock::take(&path).expect("a lock").is_some());
}

#[test]
fn a_follower_gives_blocks_when_they_are_whole() {
    let (_folder, path) = folder();
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut file = OpenOptions::new().append(true).create(true).open(&path).expect("a log");
    let mut follower = Follower::from_start(&path).expect("a folder");
    let mut found = Vec::new();
    let block = "\n--- A ---\n2026-01-15 15:45:12.000000+00:00 - {\"a\":1}\n";
    for byte in [block, "\n--- torn ---\n2026-01-15 15:", block].concat().bytes() {
        file.write_all(&[byte]).expect("written");
        found.extend(follower.poll().expect("read"));
    }
    let found: Vec<_> = found.iter().map(|followed| (followed.text().len(), followed.block().payload())).collect();
    assert_eq!(found, [(block.len(), "{\"a\":1}".into()), (block.len(), "{\"a\":1}".into())]);
}

/// Blocks of one writer: enough for a second, and not too many for a slow machine to read again.
const MOST: usize = 3000;

/// Writes, rotates and follows for a while, all at once.
fn under_load(writers: usize, files: usize, span: Duration) -> usize {
    let (_folder, path) = folder();
    let logs: Vec<_> = (0..files).map(|_| LogFile::new(&path, rotated_at(200_000))).collect();
    fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(&path, "")).expect("an empty log");
    let (stop, mut follower) = (AtomicBool::new(false), Follower::from_end(&path).expect("an empty log"));
    let (written, followed) = thread::scope(|scope| {
        let write = |writer: usize| {
            let (log, stop) = (&logs[writer % files], &stop);
            scope.spawn(move || {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) && number < MOST {
                    let payload = format!("{writer} {number} {}", "x".repeat(number % 700));
                    log.append("LOAD", at(0), &payload).expect("written");
                    number += 1;
                }
                number
            })
        };
        let writing: Vec<_> = (0..writers).map(write).collect();
        let begin = Instant::now();
        let (mut followed, mut rotations) = (Vec::new(), 0);
        while begin.elapsed() < span {
            if begin.elapsed() > Duration::from_millis(100) * (rotations + 1) {
                logs[rotations as usize % files].archive(Archived::Cleared).expect("put aside");
                rotations += 1;
            }
            followed.extend(follower.poll().expect("read"));
        }
        stop.store(true, Ordering::Relaxed);
        let written: Vec<usize> = writing.into_iter().map(|writer| writer.join().expect("a writer")).collect();
        loop {
            let last = follower.poll().expect("read");
            if last.is_empty() {
                break;
            }
            followed.extend(last);
        }
        (written, followed)
    });
    let text = everything(&path);
    let mut found = BTreeMap::<usize, usize>::new();
    for block in Blocks::new(&text) {
        assert_eq!((block.problems().count(), block.status()), (0, Status::Success));
        let payload = block.payload();
        let mut parts = payload.split(' ');
        let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok()).expect("a number");
        let (writer, number) = (number(), number());
        assert_eq!(parts.next().map(str::len), Some(number % 700), "torn");
        let expected = found.entry(writer).or_default();
        if files == 1 {
            assert_eq!(number, *expected, "each writer's blocks are there in their order");
        }
        *expected += 1;
    }
    assert_eq!(found.into_values().collect::<Vec<_>>(), written, "nothing is lost");
    let total = written.iter().sum();
    assert_eq!(followed.len(), total, "the follower has seen each once");
    total
}

#[test]
fn eight_writers_and_rotations_lose_and_tear_nothing() {
    assert!(under_load(8, 1, Duration::from_millis(700)) > 100);
}

/// As several processes would.
#[test]
fn writers_with_handles_of_their_own_lose_and_tear_nothing() {
    assert!(under_load(4, 4, Duration::from_millis(700)) > 100);
}
