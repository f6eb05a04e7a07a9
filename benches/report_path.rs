//! How long a phone does not ring yet: each step of the store between a report and the request that places the call,
//! and what a callback costs. The flush of the disk itself stands beside it.
//!
//! `cargo bench --bench report_path [rounds]`. Prints the median, the 99th percentile and the worst of each step: what
//! matters is also the unlucky report. The file lies in the folder for temporary files, `TMPDIR` chooses another disk.

use std::{
    future::Future,
    io::{Seek, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use responder_core::{
    CountryCode,
    driver::SystemClock,
    emergency::{CommandKind, Contact, Emergency, EmergencyId, Input, Intake, Outcome, Policy, Report},
    store::{ClaimRequest, Claimed, Commit, CommitId, EmergencyStore, Lease, Opened, Opening, OwnClaims, Task},
};
use responder_sql::SqliteStore;

/// Each report is texted to so many people besides the technician.
const RECIPIENTS: u32 = 50;

const WARM_UP: u32 = 50;

/// The kinds that the dispatcher claims for the phone.
const CALLS: [CommandKind; 4] =
    [CommandKind::PlaceCall, CommandKind::EndCall, CommandKind::FetchCall, CommandKind::FindCall];

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(500);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("responder.db");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut table = Table::default();
    flushes(&mut table, folder.path(), rounds);
    let table = runtime.block_on(runtime.spawn(async move {
        let store = SqliteStore::open(file, Arc::new(SystemClock)).await.expect("a database");
        for n in 0..WARM_UP {
            round(&mut Table::default(), &store, n).await;
        }
        for n in WARM_UP..WARM_UP + rounds {
            round(&mut table, &store, 2 * n).await;
            short_round(&mut table, &store, 2 * n + 1).await;
        }
        table
    }));
    table.expect("the rounds").print();
}

/// The way of one report.
async fn round(table: &mut Table, store: &dyn EmergencyStore, n: u32) {
    let start = Instant::now();
    let opening = opening(store, n).await;
    let id = opening.commit.emergency();
    table.add("handle the report", start.elapsed());
    let opened = table.time("open", store.open(&opening)).await.expect("an opening");
    assert!(matches!(opened, Opened::Created(_)), "refused");
    let claimed = claim(table, store, &opening).await;
    let loaded = table.time("load", store.load(id)).await.expect("a load").expect("the emergency");
    assert!(table.time("holds", store.holds(&claimed.ticket)).await.expect("a look"), "the lease is gone");
    table.add("report to request", start.elapsed());
    drop(loaded);
    callback(table, store, id, claimed, n).await;
}

/// The way of one report whose call is claimed with it.
async fn short_round(table: &mut Table, store: &dyn EmergencyStore, n: u32) {
    let start = Instant::now();
    let ClaimRequest { worker, kinds, lease, .. } = request("any");
    let opening = opening(store, n).await.with_claims(OwnClaims { worker, kinds, max: 1, lease });
    let Opened::Created(mut written) = table.time("open, claiming", store.open(&opening)).await.expect("an opening")
    else {
        panic!("refused")
    };
    let claimed = written.claimed.pop().expect("a call to place");
    assert!(store.now().await.expect("the time") < claimed.lease_until, "the lease is over");
    table.add("report to request, claiming", start.elapsed());
    callback(table, store, opening.commit.emergency(), claimed, n).await;
}

async fn callback(table: &mut Table, store: &dyn EmergencyStore, id: EmergencyId, claimed: Claimed, n: u32) {
    let start = Instant::now();
    let loaded = store.load(id).await.expect("a load").expect("the emergency");
    let Task::Run(command) = claimed.task else { panic!("a command to run") };
    let call = format!("CA{n}").parse().expect("a call");
    let input = Input::CommandFinished { command, outcome: Outcome::CallPlaced { call } };
    let (commit, _) = Commit::of(&loaded, input, CommitId::from_random(u128::from(n) << 32));
    let _ = table.time("commit", store.commit(&commit)).await.expect("a commit");
    table.add("load, handle, commit", start.elapsed());
}

async fn opening(store: &dyn EmergencyStore, n: u32) -> Opening {
    let report = Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Ada Example".into(),
        user_stated_callback_number: "+15005550100".into(),
        incident_address: "1 Test Street".into(),
        emergency_description_text: "A pipe burst in the cellar and the water is rising.".into(),
    };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).expect("a report");
    let recipient = |n: u32| Contact::unnamed(format!("+1500555{:04}", 1000 + n).parse().expect("a number"));
    let policy = Policy { recipients: (0..RECIPIENTS).map(recipient).collect(), ..Policy::default() };
    let now = store.now().await.expect("the time");
    let opened = Emergency::open(EmergencyId::new(now, n.into()), now, intake, Arc::new(policy));
    // A branch of its own, so that no round is slower for what those before it left in the queue.
    let branch = format!("branch-{n}").parse().expect("a branch");
    Opening::of(branch, 1, opened, CommitId::from_random(n.into()))
}

async fn claim(table: &mut Table, store: &dyn EmergencyStore, opening: &Opening) -> Claimed {
    let wake = table.time("next_wake", store.next_wake(&opening.branch, &CALLS)).await.expect("a look");
    assert_eq!(wake, Some(Duration::ZERO), "nothing to do");
    let request = request(opening.branch.as_str());
    table.time("claim", store.claim(&request)).await.expect("a claim").pop().expect("a call to place")
}

fn request(branch: &str) -> ClaimRequest {
    ClaimRequest {
        branch: branch.parse().expect("a branch"),
        worker: "bench".parse().expect("a name"),
        kinds: CALLS.to_vec(),
        max: 1,
        lease: Lease::for_deadline(Duration::from_secs(10)),
    }
}

fn flushes(table: &mut Table, folder: &std::path::Path, rounds: u32) {
    let mut file = std::fs::File::create(folder.join("flush")).expect("a file");
    for _ in 0..rounds {
        let start = Instant::now();
        file.rewind().expect("a rewind");
        file.write_all(&[7; 16 * 1024]).expect("a write");
        file.sync_data().expect("a flush");
        table.add("(write 16 KiB and flush)", start.elapsed());
    }
}

/// The times of each step.
#[derive(Default)]
struct Table(Vec<(&'static str, Vec<Duration>)>);

impl Table {
    async fn time<T>(&mut self, step: &'static str, future: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let result = future.await;
        self.add(step, start.elapsed());
        result
    }

    fn add(&mut self, step: &'static str, time: Duration) {
        match self.0.iter_mut().find(|(name, _)| *name == step) {
            Some((_, times)) => times.push(time),
            None => self.0.push((step, vec![time])),
        }
    }

    fn print(self) {
        println!("{:<30}{:>12}{:>12}{:>12}   µs", "", "median", "p99", "worst");
        for (step, mut times) in self.0 {
            times.sort_unstable();
            let at = |permille: usize| times[(times.len() - 1) * permille / 1000].as_micros();
            println!("{step:<30}{:>12}{:>12}{:>12}", at(500), at(990), at(1000));
        }
    }
}
