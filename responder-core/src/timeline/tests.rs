//! Whatever is in a log, it is read.

use std::num::NonZeroUsize;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::Timestamp;

/// 2026-01-15T22:45:12Z
const BEGIN: i64 = 1_768_517_112_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(BEGIN + seconds * 1_000_000)
}

fn offset() -> UtcOffset {
    UtcOffset::from_secs(-7 * 3600).expect("an offset")
}

fn log(blocks: &[(&str, i64, &str)]) -> String {
    let mut log = String::new();
    for (title, seconds, payload) in blocks {
        print(&mut log, title, at(*seconds), offset(), payload);
    }
    log
}

fn payloads(text: &[u8]) -> Vec<String> {
    Timeline::parse(text, UtcOffset::UTC).entries().map(|entry| entry.payload().into_owned()).collect()
}

#[test]
fn entries_are_shown_as_the_seed_shows_them() {
    let text = "\n--- WEBHOOK_RECEIVED ---\n2026-01-15 03:45:12,123 - {\"method\":\"POST\"}\n\
                \n--- INCOMING_CALL ---\n2026-01-15 15:45:13 - {\"from\":\"+15005550100\"}\n\
                \n--- CALL STATUS UPDATE ---\nfirst\n2026-01-15 15:45:13 - Unable to\nconnect\n\
                \n--- WITHOUT TIME ---\n{}\n";
    let timeline = Timeline::parse(text, UtcOffset::UTC);
    let shown = timeline.entries().map(|entry| {
        let time = entry.time().map(|time| time.to_string()).unwrap_or_default();
        (entry.title(), entry.icon(), time, entry.status(), entry.details())
    });
    let shown: Vec<_> = shown.collect();
    let expected = [
        ("Telephony: Incoming Call", "📞", "Jan 15, 03:45:13 PM", Status::Success),
        ("CALL STATUS", "📄", "Jan 15, 03:45:13 PM", Status::Error),
        ("Webhook: Emergency Triggered", "🔗", "Jan 15, 03:45:12 AM", Status::Success),
    ];
    for (shown, expected) in shown.iter().zip(expected) {
        assert_eq!((shown.0.as_ref(), shown.1, shown.2.as_str(), shown.3), expected);
    }
    assert_eq!(shown.len(), expected.len());
    assert_eq!(shown[1].4, "first\n2026-01-15 15:45:13 - Unable to\nconnect");
    assert_eq!(timeline.failures(), 1);
    let at = text.find("\n--- WITHOUT").expect("the last block");
    assert_eq!(timeline.diagnostics(), [Diagnostic { at, problem: Problem::NoTime }]);
}

#[test]
fn newest_come_first_and_a_second_keeps_its_order() {
    let text = log(&[("A", 3, "1"), ("A", 3, "2"), ("A", 5, "3"), ("A", 5, "4")]);
    assert_eq!(payloads(text.as_bytes()), ["3", "4", "1", "2"]);
    let text = log(&[("A", 5, "1"), ("A", 3, "2"), ("A", 5, "3"), ("A", 9, "4")]);
    assert_eq!(payloads(text.as_bytes()), ["4", "1", "3", "2"], "a clock that was set back");
    let mut mixed = log(&[("A", 0, "here")]);
    mixed += "\n--- A ---\n2026-01-15 22:45:13 - in UTC\n\n--- A ---\n2026-01-15 22:45:14+01:00 - east\n";
    assert_eq!(payloads(mixed.as_bytes()), ["in UTC", "here", "east"]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let whole = log(&[("A", 0, "{}")]);
    let mut text = b"noise".to_vec();
    text.extend(whole.as_bytes());
    text.extend(b"\n--- B ---\n2026-02-31 10:00:00 - {}\n");
    text.extend(b"\n--- C ---\n2026-02-03 10:00:00 - {\"caf\xe9\":1}\n");
    text.extend(b"\n--- D ---\n2026-02-03 10:00:00 - {\"event\":\"sm");
    text.extend(b"\n--- \xff ---\n2026-02-03 10:00:01 - {}\n");
    let timeline = Timeline::parse(&text, UtcOffset::UTC);
    let place = |needle: &[u8]| memchr::memmem::find(&text, needle).expect("a place");
    let expected = [
        (0, Problem::OutsideBlock),
        (place(b"\n--- B"), Problem::ImpossibleTime),
        (place(b"\xe9"), Problem::InvalidUtf8),
        (place(b"\n--- \xff"), Problem::CutOff),
        (place(b"\xff"), Problem::InvalidUtf8),
    ];
    let found: Vec<_> = timeline.diagnostics().iter().map(|found| (found.at, found.problem)).collect();
    assert_eq!(found, expected);
    let titles: Vec<_> = timeline.entries().map(|entry| entry.raw_title()).collect();
    assert_eq!(titles, ["\u{fffd}", "C", "D", "A"]);
    assert_eq!(timeline.get(1).map(|entry| entry.payload()).as_deref(), Some("{\"caf\u{fffd}\":1}"));
}

#[test]
fn a_block_that_was_torn_hides_no_other() {
    let whole = log(&[("A", 0, "{\"a\":1}"), ("B", 1, "{\"b\":2}")]);
    for cut in 0..whole.len() {
        let text = whole[..cut].to_owned() + &log(&[("C", 2, "{\"c\":3}")]);
        let found = payloads(text.as_bytes());
        assert_eq!(found.first().map(String::as_str), Some("{\"c\":3}"), "cut at {cut}");
    }
}

#[test]
fn a_large_log_is_read_alike_on_any_number_of_threads() {
    let mut text = String::new();
    let story = "Water comes through the ceiling of the kitchen. ".repeat(6);
    for number in 0..40_000_i64 {
        let payload = format!(
            "{number} {story} {}",
            if number % 20 == 0 { "the text FAILED, too" } else { "fine, or so it says" }
        );
        print(&mut text, "SMS_SENT", at(number / 3), offset(), &payload);
    }
    let one = Timeline::parse(&text, UtcOffset::UTC);
    assert_eq!((one.len(), one.failures()), (40_000, 2000));
    for threads in [1, 2, 3, 7] {
        let many = Timeline::parse_on(&text, UtcOffset::UTC, NonZeroUsize::new(threads).expect("threads"));
        assert!(one.entries().zip(many.entries()).all(|(one, other)| same(&one, &other)), "{threads} threads");
        assert_eq!(one.len(), many.len());
    }
    assert!(one.memory() * 10 < text.len() * 3);
}

fn same(one: &Block<'_>, other: &Block<'_>) -> bool {
    let words =
        |block: &Block<'_>| (block.start(), block.end(), block.time(), block.status(), block.raw_title().into_owned());
    words(one) == words(other) && one.body() == other.body() && one.problems().eq(other.problems())
}

/// Parts that logs are made of, and parts of those.
fn scrap() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        Just(b"\n--- ".to_vec()),
        Just(b" ---\n".to_vec()),
        Just(b"\n--- SMS_SENT ---\n".to_vec()),
        Just(b"\n--- A ---".to_vec()),
        Just(b"2026-01-15 15:45:12".to_vec()),
        Just(b"2026-99-15 15:45:12,5 - x\n".to_vec()),
        Just(b"\n".to_vec()),
        Just("{\"name\":\"Zoë\"}\n".as_bytes().to_vec()),
        Just(b"an Error".to_vec()),
        vec(Just(b'x'), 7000..9000),
    ]
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    vec(scrap(), 0..30).prop_map(|scraps| scraps.concat())
}

/// Slow and plain.
fn status_of(body: &[u8]) -> Status {
    let lower = String::from_utf8_lossy(body).to_ascii_lowercase();
    let words = ["error", "failed", "critical", "warning", "unavailable", "unable"];
    if words.iter().any(|word| lower.contains(word)) { Status::Error } else { Status::Success }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(blocks in vec((".{0,20}|(\\\\|\n|\r|---| |n|[A-Z])*", 0_i64..1000, "(.|\n|\t|\n--- A ---\n|2026-01-15 15:45:12){0,60}"), 0..8)) {
        let blocks: Vec<(String, i64, String)> = blocks;
        let mut text = String::new();
        for (title, seconds, payload) in &blocks {
            print(&mut text, title, at(*seconds), offset(), payload);
        }
        let read: Vec<_> = Blocks::new(text.as_bytes()).collect();
        prop_assert_eq!(read.len(), blocks.len());
        for (read, (title, seconds, payload)) in read.iter().zip(&blocks) {
            prop_assert_eq!(read.raw_title().into_owned(), title.clone());
            prop_assert_eq!(read.payload().into_owned(), payload.clone());
            prop_assert_eq!(read.instant(UtcOffset::UTC), Some(at(*seconds)));
            prop_assert_eq!(read.time().and_then(LogTime::offset), Some(offset()));
            prop_assert_eq!(read.problems().count(), 0);
        }
    }

    #[test]
    fn every_byte_belongs_to_one_block_and_every_way_of_reading_agrees(text in soup()) {
        let forwards: Vec<_> = Blocks::new(&text).collect();
        let mut end = Blocks::new(&text).before().len();
        for block in &forwards {
            prop_assert_eq!(block.start(), end);
            prop_assert_eq!(block.status(), status_of(block.body()));
            let first_bad = std::str::from_utf8(&text[block.start()..block.end().min(text.len())]).err();
            let told = block.problems().find(|found| found.problem == Problem::InvalidUtf8).map(|found| found.at);
            prop_assert_eq!(told, first_bad.map(|error| block.start() + error.valid_up_to()));
            end = block.end().min(text.len());
        }
        prop_assert_eq!(end, text.len());
        let mut backwards: Vec<_> = BlocksBack::new(&text).collect();
        backwards.reverse();
        prop_assert_eq!(forwards.len(), backwards.len());
        prop_assert!(forwards.iter().zip(&backwards).all(|(one, other)| same(one, other)));
        let timeline = Timeline::parse(&text, UtcOffset::UTC);
        prop_assert_eq!(timeline.len(), forwards.iter().filter(|block| block.time().is_some()).count());
        let mut in_order: Vec<_> = timeline.entries().collect();
        in_order.sort_by_key(Block::start);
        let entries = forwards.iter().filter(|block| block.time().is_some());
        prop_assert!(in_order.iter().zip(entries).all(|(one, other)| same(one, other)));
    }

    #[test]
    fn blocks_between_garbage_are_found(garbage in vec(soup(), 1..6)) {
        let mut text = Vec::new();
        for (number, garbage) in garbage.iter().enumerate() {
            text.extend(garbage);
            text.extend(log(&[("MARK", 100_000 + number as i64, "{\"whole\":true}")]).into_bytes());
        }
        text.extend(b"\n--- ");
        let found = Blocks::new(&text).filter(|block| block.raw_title() == "MARK").count();
        prop_assert_eq!(found, garbage.len());
        let timeline = Timeline::parse(&text, UtcOffset::UTC);
        let whole = timeline.entries().filter(|entry| entry.raw_title() == "MARK" && entry.payload().starts_with("{\"whole\":true}"));
        prop_assert_eq!(whole.count(), garbage.len());
    }
}
