//! How fast the state machine is: what one callback costs before anything is stored.
//!
//! `cargo bench --bench handle_input`

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use responder::{CallSid, CountryCode, E164, Timestamp, emergency::*};

fn number(text: &str) -> E164 {
    text.parse().expect("a number")
}

fn call(text: &str) -> CallSid {
    text.parse().expect("a call")
}

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// The technician listens to the details, the customer is on hold, and 50 recipients had copies.
fn on_hold() -> Emergency {
    let report = Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Ada Example".into(),
        user_stated_callback_number: "+15005550100".into(),
        incident_address: "1 Test Street".into(),
        emergency_description_text: "A pipe burst in the cellar and the water is rising. ".repeat(10),
    };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).expect("a report");
    let recipient = |n: u32| Contact::unnamed(number(&format!("+1500555{:04}", 9000 + n)));
    let policy = Policy {
        escalation: vec![Contact::unnamed(number("+15005550002"))],
        recipients: (0..50).map(recipient).collect(),
        ..Policy::default()
    };
    let mut state = Emergency::open(EmergencyId::new(NOW, 7), NOW, intake, Arc::new(policy)).state;
    let attempt = AttemptNo(0);
    for input in [
        Input::TechnicianAnswered { attempt, call: call("CA0"), step: Step(0) },
        Input::CustomerCalled { call: call("CC0"), from: Some(number("+15005550100")) },
        Input::CustomerHolding { leg: LegNo(0), call: call("CC0") },
    ] {
        state = state.handle_input(NOW, input).state;
    }
    state
}

fn handle_input(criterion: &mut Criterion) {
    let state = on_hold();
    let attempt = AttemptNo(0);
    let status = CallStatus::Ringing;
    let inputs = [
        (
            "a repeated status callback",
            Input::CallStatus { attempt, call: call("CA0"), status, duration: None, answered_by: None },
        ),
        ("the next piece of music", Input::CustomerHolding { leg: LegNo(0), call: call("CC0") }),
        ("an early timeout", Input::Timeout),
        (
            "key 1: accept and connect",
            Input::KeyPressed { attempt, call: call("CA0"), step: Step(1), key: Some(Key::One) },
        ),
    ];
    let mut group = criterion.benchmark_group("handle_input");
    group.throughput(Throughput::Elements(1));
    for (name, input) in &inputs {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(&state).handle_input(black_box(NOW), black_box(input.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, handle_input);
criterion_main!(benches);
