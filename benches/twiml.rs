//! How fast documents are built and printed into a reused buffer, beside the raw `Writer` of quick-xml, which knows
//! nothing of the language and cleans nothing, on the same documents in the same run.
//!
//! `cargo bench --bench twiml` prints documents per second, and how many times as fast ours are.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use responder::twiml::{
    Element,
    voice::{Dial, Enqueue, Queue, Response, Say},
};

const ROUNDS: usize = 31;
const DOCUMENTS: usize = 200_000;

fn main() {
    // `cargo test` runs benches without this argument, to see that they work.
    let documents = if std::env::args().any(|argument| argument == "--bench") { DOCUMENTS } else { 10 };
    println!("{:16} {:>12} {:>12} {:>8}", "document", "ours /s", "Writer /s", "ratio");
    compare("Say+Enqueue", documents, say_enqueue, raw_say_enqueue);
    compare("Say+Dial+Queue", documents, say_dial_queue, raw_say_dial_queue);
    compare("Dial+Number", documents, dial_number, raw_dial_number);
}

fn text(text: &'static str) -> &'static str {
    black_box(text)
}

const GREETING: &str = "Thank you. Help is on its way. Please stay on the line, a technician will be with you shortly.";
const QUEUE: &str = "emergency-01jd5k3v8e-0";
const HOLD: &str = "/hold?emergency_id=01jd5k3v8e&leg=0&step=3";
const ENDED: &str = "/hold_ended?emergency_id=01jd5k3v8e&leg=0&step=3";
const NUMBER: &str = "+15005550006";

fn say_enqueue() -> Response {
    Response::new().say(text(GREETING)).enqueue(Enqueue::new(text(QUEUE)).wait_url(text(HOLD)).action(text(ENDED)))
}

fn say_dial_queue() -> Response {
    let dial = Dial::new().action(text(ENDED)).timeout_secs(black_box(10));
    Response::new().say(Say::new(text(GREETING))).dial(dial.queue(Queue::new(text(QUEUE)).url(text(HOLD))))
}

fn dial_number() -> Response {
    Response::new().dial(Dial::new().number(text(NUMBER)))
}

type Raw<'a> = Writer<&'a mut Vec<u8>>;

fn raw_say_enqueue(writer: &mut Raw<'_>) {
    raw_text(writer, "Say", BytesStart::new("Say"), text(GREETING));
    let mut enqueue = BytesStart::new("Enqueue");
    enqueue.push_attribute(("waitUrl", text(HOLD)));
    enqueue.push_attribute(("action", text(ENDED)));
    raw_text(writer, "Enqueue", enqueue, text(QUEUE));
}

fn raw_say_dial_queue(writer: &mut Raw<'_>) {
    raw_text(writer, "Say", BytesStart::new("Say"), text(GREETING));
    let mut dial = BytesStart::new("Dial");
    dial.push_attribute(("action", text(ENDED)));
    dial.push_attribute(("timeout", text("10")));
    write(writer, Event::Start(dial));
    let mut queue = BytesStart::new("Queue");
    queue.push_attribute(("url", text(HOLD)));
    raw_text(writer, "Queue", queue, text(QUEUE));
    write(writer, Event::End(BytesEnd::new("Dial")));
}

fn raw_dial_number(writer: &mut Raw<'_>) {
    write(writer, Event::Start(BytesStart::new("Dial")));
    raw_text(writer, "Number", BytesStart::new("Number"), text(NUMBER));
    write(writer, Event::End(BytesEnd::new("Dial")));
}

fn raw_text(writer: &mut Raw<'_>, name: &str, start: BytesStart<'_>, text: &str) {
    write(writer, Event::Start(start));
    write(writer, Event::Text(BytesText::new(text)));
    write(writer, Event::End(BytesEnd::new(name)));
}

fn write(writer: &mut Raw<'_>, event: Event<'_>) {
    writer.write_event(event).expect("memory takes everything");
}

fn raw_document(buffer: &mut Vec<u8>, verbs: fn(&mut Raw<'_>)) {
    buffer.clear();
    let mut writer = Writer::new(buffer);
    write(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    write(&mut writer, Event::Start(BytesStart::new("Response")));
    verbs(&mut writer);
    write(&mut writer, Event::End(BytesEnd::new("Response")));
}

/// Both in turns, so that whatever else the machine does befalls both.
fn compare(name: &str, documents: usize, ours: fn() -> Response, raw: fn(&mut Raw<'_>)) {
    let (mut text, mut bytes) = (String::new(), Vec::new());
    let mut print_ours = || {
        text.clear();
        black_box(ours)().write_into(&mut text);
        black_box(&mut text);
    };
    let mut print_raw = || {
        raw_document(&mut bytes, black_box(raw));
        black_box(&mut bytes);
    };
    let (mut our_times, mut raw_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(time(documents, &mut print_ours));
        raw_times.push(time(documents, &mut print_raw));
    }
    let raw_text = String::from_utf8(bytes).expect("text");
    assert_eq!(Element::parse(&text), Element::parse(&raw_text), "the same document");
    let (ours, raw) = (per_second(our_times, documents), per_second(raw_times, documents));
    println!("{name:16} {ours:12.0} {raw:12.0} {:8.2}", ours / raw);
}

fn time(documents: usize, print: &mut impl FnMut()) -> Duration {
    let begin = Instant::now();
    (0..documents).for_each(|_| print());
    begin.elapsed()
}

/// The median.
fn per_second(mut times: Vec<Duration>, documents: usize) -> f64 {
    times.sort_unstable();
    f64::from(u32::try_from(documents).expect("not that many")) / times[times.len() / 2].as_secs_f64()
}
