//! How fast a request of 12 fields is judged: what stands before every answer to the provider.
//!
//! `cargo bench --bench signature`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use responder::signature::{Algorithm, AuthTokens, Payload};

const URL: &str = "https://help.example.com/tuc/incoming_twilio_call";

/// A voice request as Twilio writes it, in its order.
const FIELDS: [(&str, &str); 12] = [
    ("Called", "+15005550006"),
    ("ToState", "AZ"),
    ("CallerCountry", "US"),
    ("Direction", "inbound"),
    ("CallerState", "AZ"),
    ("CallSid", "CA00000000000000000000000000000001"),
    ("To", "+15005550006"),
    ("ApiVersion", "2010-04-01"),
    ("CallStatus", "ringing"),
    ("From", "+15005550100"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("Caller", "+15005550100"),
];

fn signature(criterion: &mut Criterion) {
    let tokens = AuthTokens::new("0123456789abcdef0123456789abcdef".into()).expect("a token");
    let fields: Vec<_> = FIELDS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(FIELDS).finish();
    let (form, raw) = (Payload::Form(&fields), Payload::Encoded(body.as_bytes()));
    let good = tokens.sign(URL, form).expect("a signature");
    let long = tokens.sign_with(Algorithm::HmacSha256, URL, form).expect("a signature");
    let wrong = tokens.sign("https://help.example.com/elsewhere", form).expect("a signature");

    let mut group = criterion.benchmark_group("signature");
    group.throughput(Throughput::Elements(1));
    for (name, algorithm, payload, signature) in [
        ("right, fields", Algorithm::HmacSha1, form, &good),
        ("right, raw body", Algorithm::HmacSha1, raw, &good),
        ("wrong, fields", Algorithm::HmacSha1, form, &wrong),
        ("wrong, raw body", Algorithm::HmacSha1, raw, &wrong),
        ("right with SHA-256, fields", Algorithm::HmacSha256, form, &long),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| tokens.verify_with(algorithm, black_box(URL), black_box(payload), black_box(signature)));
        });
    }
    group.bench_function("sign, fields", |bencher| bencher.iter(|| tokens.sign(black_box(URL), black_box(form))));
    group.finish();
}

criterion_group!(benches, signature);
criterion_main!(benches);
