//! What only the inside can show: versions of the schema that are yet to come.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use responder_core::{
    CountryCode,
    emergency::{Emergency, Event, Input, Intake, Policy, Report},
    store::{AuditOutbox, AuditRequest},
};
use sqlx::{AssertSqlSafe, Connection, Executor, postgres::PgConnectOptions};

use super::{
    connection::Connector,
    schema::{self, MIGRATIONS, Migration},
    *,
};

const WIDER: Migration = Migration {
    script: "ALTER TABLE emergencies ADD COLUMN mood text NOT NULL DEFAULT 'calm';
             ALTER TABLE commits ADD COLUMN mood text;
             CREATE TABLE moods (mood text PRIMARY KEY, since bigint);
             CREATE INDEX moods_by_age ON moods (since)",
    oldest_reader: 1,
};

const SHORT: Duration = Duration::from_secs(1);

const BROKEN: Migration = Migration { script: "CREATE TABLE half (a text); SELECT nonsense", oldest_reader: 1 };

const NARROWER: Migration = Migration { script: "DROP TABLE messages", oldest_reader: schema::KNOWN + 1 };

/// A deploy: the first new node changes the tables while an old one is in the middle of its work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_change_while_another_node_commits() {
    let place = Place::new("change").await;
    let is_over = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(commit_until(place.store().await, is_over.clone()));
    place.until_something_is_written().await;
    let all = [MIGRATIONS, &[WIDER]].concat();
    // Two new nodes at once.
    let (first, second) = tokio::join!(place.connector.migrate(&all), place.connector.migrate(&all));
    first.unwrap();
    second.unwrap();
    place.until_something_is_written().await;
    is_over.store(true, Ordering::SeqCst);
    assert!(writing.await.unwrap() > 0);
    // An old node can be restarted, and has nothing to do.
    place.store().await;
}

/// Such as a backup, which reads the table all the while: others who want it do not wait behind us for long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_somebody_reads_is_changed_later_and_others_go_on() {
    let mut place = Place::new("read").await;
    place.connector = Connector::new(PgConnectOptions::from_str(&url()).unwrap(), place.schema.clone(), SHORT);
    let store = place.store().await;
    let mut reader = place.connector.plain().await.unwrap();
    let read = format!("BEGIN; LOCK TABLE {}.emergencies IN ACCESS SHARE MODE", place.schema);
    reader.execute(sqlx::raw_sql(AssertSqlSafe(read))).await.unwrap();
    let all = [MIGRATIONS, &[WIDER]].concat();
    let mut changing = std::pin::pin!(place.connector.migrate(&all));
    let is_over = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(commit_until(store, is_over.clone()));
    // Longer than the server lets a transaction stand idle, and than it once took to give up.
    let meanwhile = async {
        place.until_something_is_written().await;
        tokio::time::sleep(SHORT * 8).await;
        place.until_something_is_written().await;
    };
    tokio::select! {
        changed = &mut changing => panic!("it did not wait: {changed:?}"),
        () = meanwhile => {}
    }
    reader.close().await.unwrap();
    changing.await.unwrap();
    is_over.store(true, Ordering::SeqCst);
    assert!(writing.await.unwrap() > 0);
}

/// However long another node needs for the change.
#[tokio::test]
async fn a_node_that_starts_waits_for_the_one_that_changes_the_tables() {
    let mut place = Place::new("waits").await;
    place.connector = Connector::new(PgConnectOptions::from_str(&url()).unwrap(), place.schema.clone(), SHORT);
    let mut other = place.connector.plain().await.unwrap();
    let lock = "SELECT pg_advisory_lock(hashtextextended('responder schema ' || $1, 0))";
    sqlx::query(lock).bind(&place.schema).execute(&mut other).await.unwrap();
    let all = [MIGRATIONS, &[WIDER]].concat();
    let mut starting = std::pin::pin!(place.connector.migrate(&all));
    let meanwhile = tokio::time::timeout(SHORT * 10, &mut starting).await;
    assert!(meanwhile.is_err(), "{meanwhile:?}");
    other.close().await.unwrap();
    starting.await.unwrap();
}

#[tokio::test]
async fn a_script_that_fails_leaves_nothing() {
    let place = Place::new("fails").await;
    let all = [MIGRATIONS, &[WIDER, BROKEN]].concat();
    let refused = place.connector.migrate(&all).await;
    assert!(matches!(refused, Err(OpenError::Unusable(_))), "{refused:?}");
    place.connector.migrate(&[MIGRATIONS, &[WIDER]].concat()).await.unwrap();
}

#[tokio::test]
async fn tables_that_lack_something_are_refused_by_those_who_need_it() {
    let place = Place::new("narrower").await;
    let all = [MIGRATIONS, &[NARROWER, WIDER]].concat();
    place.connector.migrate(&all).await.unwrap();
    let refused = place.connector.migrate(MIGRATIONS).await;
    let newest = schema::KNOWN + 2;
    assert!(matches!(refused, Err(OpenError::Newer { found }) if found == newest), "{refused:?}");
    place.connector.migrate(&all).await.unwrap();
    place.connector.migrate(&all[..=MIGRATIONS.len()]).await.unwrap();
}

/// What was recorded by the version before is there, and nobody is told of it.
#[tokio::test]
async fn a_database_from_before_the_outbox_is_gone_on_with() {
    let place = Place::of("before", &MIGRATIONS[..3]).await;
    let record = format!(
        r#"SET search_path = {}; SELECT record_audit_1(NULL, '{{"actor":{{"name":"ada"}},"action":"login"}}')"#,
        place.schema
    );
    let mut old = place.connector.plain().await.unwrap();
    old.execute(sqlx::raw_sql(AssertSqlSafe(record.clone()))).await.unwrap();
    let store = place.store().await;
    let reader: TargetName = "reader".parse().unwrap();
    store.follow_audit(&reader).await.unwrap();
    // An old node goes on.
    old.execute(sqlx::raw_sql(AssertSqlSafe(record))).await.unwrap();
    let lease = Lease::for_deadline(Duration::from_secs(30));
    let request = AuditRequest { reader, worker: "worker-1".parse().unwrap(), max: 9, lease };
    let claim = store.claim_audit(&request).await.unwrap().expect("what came after");
    assert_eq!((claim.entries.len(), claim.entries[0].id.as_u64()), (1, 2));
}

/// Commits one thing after the other; the number of commits.
async fn commit_until(store: PostgresStore, is_over: Arc<AtomicBool>) -> u32 {
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).unwrap();
    let now = store.now().await.unwrap();
    let opened = Emergency::open(EmergencyId::new(now, 1), now, intake, Arc::new(Policy::default()));
    let opening = Opening::of("north".parse().unwrap(), 1, opened, CommitId::from_random(0));
    let Opened::Created(_) = store.open(&opening).await.unwrap() else { panic!("refused") };
    let mut count = 0;
    while !is_over.load(Ordering::SeqCst) {
        count += 1;
        let loaded = store.load(opening.commit.emergency()).await.unwrap().unwrap();
        let (mut commit, _) = Commit::of(&loaded, Input::Timeout, CommitId::from_random(count.into()));
        commit.events.push(Event::FallbackUsed { call_sid: "CA1".parse().unwrap(), code: Some(count) });
        let Committed::Written(_) = store.commit(&commit).await.unwrap() else { panic!("settled") };
    }
    count
}

/// A schema with tables, that is removed in the end.
struct Place {
    connector: Connector,
    schema: String,
}

impl Place {
    async fn new(name: &str) -> Self {
        Self::of(name, MIGRATIONS).await
    }

    async fn of(name: &str, migrations: &[Migration]) -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{name}_{number}", std::process::id());
        let options = PgConnectOptions::from_str(&url()).unwrap();
        let place = Self { connector: Connector::new(options, schema.clone(), Duration::from_secs(30)), schema };
        place.connector.migrate(migrations).await.unwrap();
        place
    }

    async fn store(&self) -> PostgresStore {
        let builder = PostgresStore::builder(url()).schema(&self.schema).connections(3);
        builder.patience(Duration::from_secs(30)).open().await.unwrap()
    }

    async fn until_something_is_written(&self) {
        let sql = format!("SELECT count(*) FROM {}.commits", self.schema);
        let count = async || -> i64 {
            let mut connection = self.connector.plain().await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(&mut connection).await.unwrap()
        };
        let before = count().await;
        let look = async { while count().await < before + 3 {} };
        tokio::time::timeout(Duration::from_secs(60), look).await.expect("the other node stands still");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        // From a thread, as a runtime can't be waited for from inside of one.
        let clean = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = sqlx::PgConnection::connect(&url()).await.unwrap();
                let _ = connection.execute(AssertSqlSafe(drop)).await;
            });
        };
        let _ = std::thread::spawn(clean).join();
    }
}

fn url() -> String {
    match std::env::var("DATABASE_URL") {
        Ok(url) if url.starts_with("postgres") => url,
        _ => panic!("these tests need a PostgreSQL server: run them as `scripts/with-postgres cargo test …`"),
    }
}
