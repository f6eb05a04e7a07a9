//! What only the inside can show.

use std::sync::mpsc;

use responder_core::{
    CountryCode,
    access::AuditAction,
    driver::SystemClock,
    emergency::{Emergency, EmergencyId, Intake, Policy, Report},
    store::{AuditOutbox, AuditRequest, CommitId, OwnClaims},
};
use rusqlite::types::FromSql;

use super::*;
use crate::sqlite::error::failed;

/// Commits are to survive a power failure, so both settings are part of the promise.
#[tokio::test]
async fn commits_are_flushed_and_logged_ahead() {
    let (store, _folder) = store().await;
    let synchronous: i64 = store.write(|tx, _| pragma(tx, "synchronous")).await.unwrap();
    let journal: String = store.write(|tx, _| pragma(tx, "journal_mode")).await.unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"), "2 is FULL");
    let refused = store.read(|reader, _| reader.execute("DELETE FROM emergencies", []).map_err(failed)).await;
    assert!(refused.is_err(), "a reader can write");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_fails_does_not_spoil_what_shares_its_transaction() {
    let (store, _folder) = store().await;
    let gate = Gate::shut(&store);
    let before = disable(&store, "before");
    let failing = spawn(&store, |store| async move {
        let work = |tx: &Connection, _| {
            write::set_availability(tx, "failing", Availability::Disabled)?;
            Err::<(), _>(StoreError::NotFound)
        };
        store.write(work).await
    });
    let after = disable(&store, "after");
    gate.open().await;
    assert!(matches!(failing.await.unwrap(), Err(StoreError::NotFound)));
    before.await.unwrap().unwrap();
    after.await.unwrap().unwrap();
    for (branch, expected) in
        [("before", Availability::Disabled), ("failing", Availability::Enabled), ("after", Availability::Disabled)]
    {
        assert_eq!(store.availability(&branch.parse().unwrap()).await.unwrap(), expected, "{branch}");
    }
}

/// As after an error at which SQLite gives the whole transaction up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_transaction_that_is_lost_is_acknowledged() {
    let (store, _folder) = store().await;
    let gate = Gate::shut(&store);
    let before = disable(&store, "before");
    let losing =
        spawn(&store, |store| async move { store.write(|tx, _| tx.execute_batch("ROLLBACK").map_err(failed)).await });
    let after = disable(&store, "after");
    gate.open().await;
    for answer in [before.await.unwrap(), losing.await.unwrap(), after.await.unwrap()] {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    for branch in ["before", "after"] {
        assert_eq!(store.availability(&branch.parse().unwrap()).await.unwrap(), Availability::Enabled, "{branch}");
    }
    disable(&store, "north").await.unwrap().unwrap();
}

#[tokio::test]
async fn a_panic_ends_neither_thread() {
    let (store, _folder) = store().await;
    let written = store
        .write::<()>(|tx, _| {
            write::set_availability(tx, "north", Availability::Disabled)?;
            panic!("a test")
        })
        .await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    for _ in 0..2 * READERS {
        let read = store.read::<()>(|_, _| panic!("a test")).await;
        assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    }
    let north = "north".parse().unwrap();
    assert_eq!(store.availability(&north).await.unwrap(), Availability::Enabled);
    store.set_availability(&north, Availability::Disabled).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let (store, _folder) = store().await;
    let pages: i64 = store.write(|tx, _| pragma(tx, "page_count")).await.unwrap();
    limit_pages(&store, pages).await;
    let mut n = 0;
    let refused = loop {
        n += 1;
        assert!(n < 1000, "never full");
        if let Err(error) = store.open(&opening(n)).await {
            break error;
        }
    };
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(store.load(opening(n).commit.emergency()).await.unwrap().is_none(), "half an opening");
    limit_pages(&store, 1_000_000).await;
    assert!(matches!(store.open(&opening(n)).await.unwrap(), Opened::Created(_)));
}

#[tokio::test]
async fn a_file_that_another_program_writes_to_is_unavailable_until_it_has_done() {
    let (store, folder) = store().await;
    store.write(|tx, _| tx.busy_timeout(Duration::ZERO).map_err(failed)).await.unwrap();
    let other = Connection::open(folder.path().join(FILE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.open(&opening(1)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(store.open(&opening(1)).await.unwrap(), Opened::Created(_)));
}

#[tokio::test]
async fn a_damaged_file_is_corrupt_for_readers_and_writers() {
    let (store, folder) = store().await;
    let _ = store.open(&opening(1)).await.unwrap();
    let root: i64 = {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'emergencies'";
        store.read(move |reader, _| reader.query_row(sql, [], |row| row.get(0)).map_err(failed)).await.unwrap()
    };
    store.close().await;
    let path = folder.path().join(FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    let start = (usize::try_from(root).unwrap() - 1) * 4096;
    bytes[start..start + 4096].fill(0x55);
    std::fs::write(&path, bytes).unwrap();

    let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
    let read = store.load(opening(1).commit.emergency()).await;
    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    let written = store.open(&opening(2)).await;
    assert!(matches!(written, Err(StoreError::Corrupt { .. })), "{written:?}");
}

/// Whoever asked has gone while the claim was under way: nobody would carry the commands out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_reach_nobody_are_put_back() {
    let (store, _folder) = store().await;
    let _ = store.open(&opening(1)).await.unwrap();
    let first = Gate::shut(&store);
    let second = Gate::wait_behind(&store);
    let claiming = spawn(&store, |store| async move { store.claim(&request()).await });
    first.open().await;
    second.is_reached();
    claiming.abort();
    assert!(claiming.await.unwrap_err().is_cancelled());
    second.open().await;
    // Behind this stands what was put back.
    disable(&store, "south").await.unwrap().unwrap();
    let claimed = store.claim(&request()).await.unwrap();
    assert_eq!(claimed.len(), opening(1).commit.commands.len());
    assert!(claimed.iter().all(|claimed| claimed.ticket.claim == 2 && !claimed.may_have_run), "{claimed:?}");
}

/// The same for the call of a report whose sender hung up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_claimed_with_an_opening_that_reaches_nobody_is_put_back() {
    let (store, _folder) = store().await;
    let ClaimRequest { worker, kinds, lease, .. } = request();
    let opening = opening(1).with_claims(OwnClaims { worker, kinds, max: 1, lease });
    let first = Gate::shut(&store);
    let second = Gate::wait_behind(&store);
    let opening_it = spawn(&store, |store| async move { store.open(&opening).await });
    first.open().await;
    second.is_reached();
    opening_it.abort();
    assert!(opening_it.await.unwrap_err().is_cancelled());
    second.open().await;
    disable(&store, "south").await.unwrap().unwrap();
    let claimed = store.claim(&request()).await.unwrap();
    assert_eq!(claimed.iter().filter(|claimed| claimed.ticket.claim == 2).count(), 1, "{claimed:?}");
    assert!(claimed.iter().all(|claimed| !claimed.may_have_run), "{claimed:?}");
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let (store, _folder) = store().await;
    store.close().await;
    store.close().await;
    assert!(matches!(store.open(&opening(1)).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.load(opening(1).commit.emergency()).await, Err(StoreError::Unavailable(_))));
}

/// Also under a writer that never rests, the log does not grow for ever.
#[tokio::test]
async fn the_log_starts_over_beside_the_writer() {
    let (store, folder) = store().await;
    let text = "x".repeat(64 << 10);
    for _ in 0..2000 {
        let text = text.clone();
        let sql = "INSERT INTO branches (branch, availability) VALUES ('big', ?1)
            ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability";
        store.write(move |tx, _| tx.execute(sql, [text]).map_err(failed)).await.unwrap();
    }
    let log = std::fs::metadata(folder.path().join(format!("{FILE}-wal"))).unwrap().len();
    assert!(log < 100 << 20, "{log} bytes of log for 125 MiB written");
}

const FILE: &str = "responder.db";

async fn store() -> (SqliteStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (SqliteStore::open(folder.path().join(FILE), Arc::new(SystemClock)).await.unwrap(), folder)
}

fn pragma<T: FromSql>(connection: &Connection, name: &str) -> Result<T, StoreError> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)
}

async fn limit_pages(store: &SqliteStore, most: i64) {
    let set = move |tx: &Connection, _| {
        tx.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(())).map_err(failed)
    };
    store.write(set).await.unwrap();
}

/// What was recorded by the version before is there, and nobody is told of it. What can't be read holds up nobody.
#[tokio::test]
async fn a_file_from_before_the_outbox_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    let old = Connection::open(&path).unwrap();
    for script in [include_str!("schema.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql")] {
        old.execute_batch(script).unwrap();
    }
    old.pragma_update(None, "user_version", 3).unwrap();
    let record = |entry: &str| old.execute("INSERT INTO audit (at, entry) VALUES (7, ?1)", [entry]).unwrap();
    record(r#"{"actor":{"name":"ada"},"action":"login"}"#);
    let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
    let reader: TargetName = "reader".parse().unwrap();
    store.follow_audit(&reader).await.unwrap();
    record("no JSON");
    record(r#"{"actor":{"name":"ada"},"action":"logout"}"#);
    let lease = Lease::for_deadline(Duration::from_secs(30));
    let request = AuditRequest { reader, worker: "worker-1".parse().unwrap(), max: 9, lease };
    let claim = store.claim_audit(&request).await.unwrap().expect("what came after");
    let found: Vec<_> = claim.entries.iter().map(|recorded| (recorded.id.as_u64(), recorded.entry.action)).collect();
    assert_eq!(found, [(2, AuditAction::Unknown), (3, AuditAction::Logout)]);
}

fn opening(n: u32) -> Opening {
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).unwrap();
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let opened = Emergency::open(EmergencyId::new(now, n.into()), now, intake, Arc::new(Policy::default()));
    Opening::of("north".parse().unwrap(), u32::MAX, opened, CommitId::from_random(n.into()))
}

fn request() -> ClaimRequest {
    ClaimRequest {
        branch: "north".parse().unwrap(),
        worker: "worker-1".parse().unwrap(),
        kinds: CommandKind::ALL.to_vec(),
        max: 100,
        lease: Lease::for_deadline(Duration::from_secs(10)),
    }
}

type Task<T> = tokio::task::JoinHandle<Result<T, StoreError>>;

/// Runs beside the test; it has reached the writer's queue when this returns.
fn spawn<T, F>(store: &SqliteStore, work: impl FnOnce(SqliteStore) -> F) -> Task<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let (posted, is_posted) = mpsc::channel();
    let mut future = Box::pin(work(store.clone()));
    let task = tokio::spawn(std::future::poll_fn(move |context| {
        let poll = future.as_mut().poll(context);
        let _ = posted.send(());
        poll
    }));
    is_posted.recv().unwrap();
    task
}

fn disable(store: &SqliteStore, branch: &str) -> Task<()> {
    let branch: BranchKey = branch.parse().unwrap();
    spawn(store, |store| async move { store.set_availability(&branch, Availability::Disabled).await })
}

/// Work that keeps the writer until it is let go, so that what comes meanwhile shares a transaction.
struct Gate {
    reached: mpsc::Receiver<()>,
    release: mpsc::Sender<()>,
    task: Task<()>,
}

impl Gate {
    fn wait_behind(store: &SqliteStore) -> Self {
        let (reaching, reached) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let work = move |_: &Connection, _| {
            reaching.send(()).unwrap();
            released.recv().unwrap();
            Ok(())
        };
        let task = spawn(store, |store| async move { store.write(work).await });
        Self { reached, release, task }
    }

    fn shut(store: &SqliteStore) -> Self {
        let gate = Self::wait_behind(store);
        gate.is_reached();
        gate
    }

    fn is_reached(&self) {
        self.reached.recv().unwrap();
    }

    async fn open(self) {
        self.release.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}
