//! A process that is killed in the middle of commits leaves all of each commit, or nothing.
//!
//! Has no test harness: it runs itself once more as the process that is killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use responder_core::{
    CallSid, CountryCode,
    driver::SystemClock,
    emergency::{
        Action, CommandId, CommandKind, Emergency, EmergencyId, Event, Input, Intake, LegNo, Line, Policy, Report,
    },
    store::{
        Bind, BranchKey, ClaimRequest, Commit, CommitId, Committed, EmergencyStore, EventId, Lease, Opened, Opening,
    },
};
use responder_sql::SqliteStore;

const NAME: &str = "a_killed_process_leaves_whole_commits";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match arguments[..] {
        ["write-until-killed", path] => runtime.block_on(write_until_killed(Path::new(path))),
        _ if arguments.contains(&"--list") => println!("{NAME}: test"),
        _ => {
            runtime.block_on(a_killed_process_leaves_whole_commits());
            println!("test {NAME} ... ok");
        }
    }
}

async fn a_killed_process_leaves_whole_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
    for writer in 0..WRITERS {
        open(&store, writer).await;
    }
    store.close().await;
    let mut acknowledged = [0; WRITERS];
    for round in 0..ROUNDS {
        kill_after(&path, MOMENT * round, &mut acknowledged);
        let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
        for (writer, acknowledged) in acknowledged.iter().enumerate() {
            check(&store, writer, *acknowledged).await;
        }
        check_event_ids(&store).await;
        store.close().await;
    }
    let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
    check_commands(&store).await;
}

/// Lets a child acknowledge a few commits, and kills it `moment` later, in the middle of the next ones. No outcome
/// depends on the moment; it only takes the kills through all parts of a commit.
fn kill_after(path: &Path, moment: Duration, acknowledged: &mut [u32; WRITERS]) {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args(["write-until-killed".as_ref(), path.as_os_str()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut note = |line: String| {
        let (writer, n) = line.split_once(' ').unwrap();
        acknowledged[writer.parse::<usize>().unwrap()] = n.parse().unwrap();
    };
    for _ in 0..4 {
        note(output.next().expect("the child ended by itself").unwrap());
    }
    let start = Instant::now();
    while start.elapsed() < moment {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    output.for_each(|line| note(line.unwrap()));
}

async fn write_until_killed(path: &Path) {
    let store = Arc::new(SqliteStore::open(path, Arc::new(SystemClock)).await.unwrap());
    let write = |writer: usize| {
        let store = store.clone();
        async move {
            loop {
                let n = commit_next(&store, writer).await;
                println!("{writer} {n}");
            }
        }
    };
    let writers: Vec<tokio::task::JoinHandle<()>> = (0..WRITERS).map(|writer| tokio::spawn(write(writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// The n-th commit of an emergency: a state, an event, a command and a binding, all with the number n.
async fn commit_next(store: &SqliteStore, writer: usize) -> u32 {
    let loaded = store.load(emergency(writer)).await.unwrap().unwrap();
    let n = u32::try_from(loaded.version.as_u64()).unwrap();
    let (mut commit, _) = Commit::of(&loaded, Input::Timeout, CommitId::from_random(u128::from(n)));
    commit.events = vec![Event::FallbackUsed { call_sid: call(writer, n), code: Some(n) }];
    let id = CommandId { emergency: emergency(writer), number: 1000 + n };
    commit.commands = vec![responder_core::emergency::Command { id, action: Action::DeleteQueue { leg: LegNo(0) } }];
    commit.binds = vec![Bind::Call(call(writer, n), Line::Leg(LegNo(0)))];
    assert!(matches!(store.commit(&commit).await.unwrap(), Committed::Written(_)));
    n
}

async fn check(store: &SqliteStore, writer: usize, acknowledged: u32) {
    let id = emergency(writer);
    let version = store.load(id).await.unwrap().unwrap().version;
    let written = u32::try_from(version.as_u64()).unwrap() - 1;
    assert!(written >= acknowledged, "{acknowledged} commits were acknowledged, {written} are there");
    let events = store.events_of(id, EventId::START, u32::MAX).await.unwrap();
    let codes = events.into_iter().filter_map(|event| match event.event().unwrap() {
        Event::FallbackUsed { code, .. } => code,
        _ => None,
    });
    assert!(codes.eq(1..=written), "the events are not those of {written} commits");
    for n in 1..=written + 1 {
        let is_found = store.find_call(&branch(), &call(writer, n)).await.unwrap().is_some();
        let has_receipt = store.was_committed(id, CommitId::from_random(u128::from(n))).await.unwrap().is_some();
        assert_eq!((is_found, has_receipt), (n <= written, n <= written), "commit {n} of {written}");
    }
}

async fn check_event_ids(store: &SqliteStore) {
    let events = store.events(&branch(), EventId::START, u32::MAX).await.unwrap();
    assert!(events.iter().map(|event| event.id.as_u64()).eq(1..=events.len() as u64), "event ids have gaps");
}

async fn check_commands(store: &SqliteStore) {
    let request = ClaimRequest {
        branch: branch(),
        worker: "worker-1".parse().unwrap(),
        kinds: vec![CommandKind::DeleteQueue],
        max: u32::MAX,
        lease: Lease::for_deadline(Duration::from_secs(10)),
    };
    let claimed = store.claim(&request).await.unwrap();
    for writer in 0..WRITERS {
        let version = store.load(emergency(writer)).await.unwrap().unwrap().version;
        let last = 999 + u32::try_from(version.as_u64()).unwrap();
        let of = claimed.iter().map(responder_core::store::Claimed::id).filter(|id| id.emergency == emergency(writer));
        let mut numbers: Vec<_> = of.map(|id| id.number).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(1001..=last), "the commands are not those of the commits");
    }
}

async fn open(store: &SqliteStore, writer: usize) {
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let intake = Intake::check(report, CountryCode::new(1).unwrap()).unwrap();
    let now = store.now().await.unwrap();
    let opened = Emergency::open(emergency(writer), now, intake, Arc::new(Policy::default()));
    let opening = Opening::of(branch(), 100, opened, CommitId::from_random(0));
    assert!(matches!(store.open(&opening).await.unwrap(), Opened::Created(_)));
}

fn branch() -> BranchKey {
    "north".parse().unwrap()
}

fn emergency(writer: usize) -> EmergencyId {
    EmergencyId::new(responder_core::Timestamp::from_micros(1_800_000_000_000_000), writer as u128)
}

fn call(writer: usize, n: u32) -> CallSid {
    format!("CA{writer}-{n}").parse().unwrap()
}

const WRITERS: usize = 3;

const ROUNDS: u32 = 30;

const MOMENT: Duration = Duration::from_micros(70);
