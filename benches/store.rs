//! What it costs to keep an emergency: each step of the way from the report to a settled command, in memory, in a
//! SQLite file, and on a PostgreSQL server if `DATABASE_URL` names one; commits are flushed to the disk. The flush of
//! the disk itself stands beside it.
//!
//! `scripts/with-postgres cargo bench --bench store`; the files lie in the folder for temporary files, `TMPDIR` chooses
//! another disk.

use std::{
    future::Future,
    hint::black_box,
    io::{Seek, Write},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use responder::{
    CountryCode,
    driver::SystemClock,
    emergency::{CommandKind, Emergency, EmergencyId, Input, Intake, Outcome, Policy, Report},
    store::{ClaimRequest, Claimed, Commit, CommitId, EmergencyStore, Lease, Loaded, MemoryStore, Opening, Task},
};
use responder_sql::{PostgresStore, SqliteStore};
use tokio::runtime::Runtime;

/// A fresh number for everything that must be unique.
fn next() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

fn commit_id() -> CommitId {
    CommitId::from_random(next().into())
}

/// Each emergency has a branch of its own, so that none is slower for those before it.
async fn open(store: &dyn EmergencyStore) -> EmergencyId {
    open_in(store, &format!("branch-{}", next()), 1).await
}

async fn open_in(store: &dyn EmergencyStore, branch: &str, limit: u32) -> EmergencyId {
    let report = Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Ada Example".into(),
        user_stated_callback_number: "+15005550100".into(),
        incident_address: "1 Test Street".into(),
        emergency_description_text: "A pipe burst in the cellar and the water is rising.".into(),
    };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).expect("a report");
    let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
    let (n, now) = (next(), store.now().await.expect("the time"));
    let opened = Emergency::open(EmergencyId::new(now, n.into()), now, intake, Arc::new(policy));
    let opening = Opening::of(branch.parse().expect("a branch"), limit, opened, commit_id());
    let _ = black_box(store.open(&opening).await.expect("an opening"));
    opening.commit.emergency()
}

async fn load(store: &dyn EmergencyStore, id: EmergencyId) -> Loaded {
    store.load(id).await.expect("a load").expect("the emergency")
}

/// Loads, handles an input that changes something, commits.
async fn handle(store: &dyn EmergencyStore, id: EmergencyId, input: Input) {
    let (commit, _) = Commit::of(&load(store, id).await, input, commit_id());
    assert!(!commit.is_noop(), "nothing to store");
    let _ = black_box(store.commit(&commit).await.expect("a commit"));
}

async fn claim_call(store: &dyn EmergencyStore, id: EmergencyId) -> Claimed {
    let request = ClaimRequest {
        branch: load(store, id).await.branch,
        worker: "bench".parse().expect("a name"),
        kinds: vec![CommandKind::PlaceCall],
        max: 1,
        lease: Lease::for_deadline(Duration::from_secs(10)),
    };
    store.claim(&request).await.expect("a claim").pop().expect("a call to place")
}

async fn settle(store: &dyn EmergencyStore, id: EmergencyId, claimed: Claimed) {
    let Task::Run(command) = claimed.task else { panic!("a command to run") };
    let call = format!("CA{}", next()).parse().expect("a call");
    handle(store, id, Input::CommandFinished { command, outcome: Outcome::CallPlaced { call } }).await;
}

fn stranger() -> Input {
    Input::FallbackUsed { call: format!("CA{}", next()).parse().expect("a call"), code: None }
}

fn steps(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, store: &dyn EmergencyStore) {
    let id = runtime.block_on(open(store));
    group.bench_function("load", |b| b.iter(|| runtime.block_on(load(store, id))));
    group.bench_function("open", |b| b.iter(|| runtime.block_on(open(store))));
    group.bench_function("load, handle, commit", |b| b.iter(|| runtime.block_on(handle(store, id, stranger()))));
    group.bench_function("report to settled call", |b| {
        b.iter(|| {
            runtime.block_on(async {
                let id = open(store).await;
                let claimed = claim_call(store, id).await;
                settle(store, id, claimed).await;
            });
        });
    });
}

/// So many at once, ten times each: openings, each of a branch of its own, and commits, of one branch or of several.
fn at_once(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, store: &Arc<dyn EmergencyStore>) {
    for clients in [1, 8, 32] {
        group.throughput(Throughput::Elements(clients * TURNS));
        group.bench_function(format!("open, {clients} at once"), |b| {
            b.iter(|| race(runtime, clients, |_| opening_turns(store.clone())));
        });
        for (what, branches) in [("one branch", 1), ("8 branches", 8)] {
            let ids = emergencies(runtime, &**store, clients, branches);
            group.bench_function(format!("load, handle, commit, {clients} at once, {what}"), |b| {
                b.iter(|| race(runtime, clients, |client| committing_turns(store.clone(), ids[client])));
            });
        }
    }
}

/// How often each client does the same.
const TURNS: u64 = 10;

/// One emergency for each client.
fn emergencies(runtime: &Runtime, store: &dyn EmergencyStore, clients: u64, branches: u64) -> Vec<EmergencyId> {
    let first = next();
    let branch = |client| format!("shared-{first}-{}", client % branches);
    (0..clients).map(|client| runtime.block_on(open_in(store, &branch(client), u32::MAX))).collect()
}

fn race<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, clients: u64, turns: impl Fn(usize) -> F) {
    let clients: Vec<_> = (0..clients as usize).map(|client| runtime.spawn(turns(client))).collect();
    runtime.block_on(async {
        for client in clients {
            client.await.expect("a client");
        }
    });
}

async fn opening_turns(store: Arc<dyn EmergencyStore>) {
    for _ in 0..TURNS {
        open(&*store).await;
    }
}

async fn committing_turns(store: Arc<dyn EmergencyStore>, id: EmergencyId) {
    for _ in 0..TURNS {
        handle(&*store, id, stranger()).await;
    }
}

fn stores(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");

    let mut group = c.benchmark_group("disk");
    let mut file = std::fs::File::create(folder.path().join("flush")).expect("a file");
    group.bench_function("write 16 KiB and flush", |b| {
        b.iter(|| {
            file.rewind().expect("a rewind");
            file.write_all(&[7; 16 * 1024]).expect("a write");
            file.sync_data().expect("a flush");
        });
    });
    group.finish();

    let memory: Arc<dyn EmergencyStore> = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
    let mut group = c.benchmark_group("memory");
    steps(&mut group, &runtime, &*memory);
    at_once(&mut group, &runtime, &memory);
    group.finish();

    let file = folder.path().join("responder.db");
    let sqlite = runtime.block_on(SqliteStore::open(file, Arc::new(SystemClock))).expect("a database");
    let sqlite: Arc<dyn EmergencyStore> = Arc::new(sqlite);
    let mut group = c.benchmark_group("sqlite");
    steps(&mut group, &runtime, &*sqlite);
    at_once(&mut group, &runtime, &sqlite);
    group.finish();

    let Ok(url) = std::env::var("DATABASE_URL") else {
        println!("PostgreSQL is left out: scripts/with-postgres cargo bench --bench store has it, too");
        return;
    };
    // A schema of its own, so that one run is as fast as the next.
    let schema = format!("bench_{}", std::process::id());
    let opened = runtime.block_on(PostgresStore::builder(url).schema(schema).open());
    let postgres: Arc<dyn EmergencyStore> = Arc::new(opened.expect("a server at DATABASE_URL"));
    let mut group = c.benchmark_group("postgres");
    steps(&mut group, &runtime, &*postgres);
    at_once(&mut group, &runtime, &postgres);
    group.finish();
}

criterion_group!(benches, stores);
criterion_main!(benches);
