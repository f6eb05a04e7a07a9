//! How fast access tokens are made and read.
//!
//! `cargo bench --bench token`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use responder::{
    Timestamp,
    token::{AccessToken, ApiKey, VoiceGrant},
};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn key() -> ApiKey {
    let (account, key) = ("AC00000000000000000000000000000001", "SK00000000000000000000000000000001");
    ApiKey::new(account, key, "0123456789abcdef0123456789abcdef".into()).expect("a key")
}

/// What `/api/v1/call_token` issues.
fn voice(key: &ApiKey, user: &str) -> String {
    let voice = VoiceGrant::new()
        .outgoing("AP00000000000000000000000000000001")
        .push_credential("CR00000000000000000000000000000001");
    AccessToken::new().identity(user).voice(voice).sign(key, NOW).expect("a token")
}

fn token(criterion: &mut Criterion) {
    let key = key();
    let user = "AP00000000000000000000000000000001_uid7";
    let made = voice(&key, user);
    let mut group = criterion.benchmark_group("token");
    group.throughput(Throughput::Elements(1));
    group.bench_function("a voice token", |bencher| bencher.iter(|| voice(black_box(&key), black_box(user))));
    group.bench_function("read a voice token", |bencher| bencher.iter(|| key.verify(black_box(&made), NOW)));
    group.finish();
}

criterion_group!(benches, token);
criterion_main!(benches);
