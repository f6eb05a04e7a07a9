//! The file itself.

use std::{error::Error, sync::Arc};

use responder_core::{driver::SystemClock, store::EmergencyStore};
use responder_sql::{OpenError, SqliteStore};
use rusqlite::Connection;

/// People's names and numbers are in it.
#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
    store.now().await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2, "the file and its log: {files:?}");
    for file in files {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap().close().await;
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();

    let refused = SqliteStore::open(&path, Arc::new(SystemClock)).await;
    assert!(matches!(refused, Err(OpenError::Newer { found: 99 })), "{refused:?}");
    let version: i64 = database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn what_is_no_database_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    std::fs::write(&path, "not a database, but long enough to look like one ".repeat(50)).unwrap();
    let refused = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unusable(_)) && refused.source().is_some(), "{refused:?}");
}

/// To flush a file that grows is slow; the first report is not to pay for it. A file that is opened again does not grow
/// by it.
#[tokio::test]
async fn the_log_has_its_length_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responder.db");
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let store = SqliteStore::open(&path, Arc::new(SystemClock)).await.unwrap();
        let log = std::fs::metadata(folder.path().join("responder.db-wal")).unwrap().len();
        assert!(log >= 4 << 20, "{log} bytes");
        store.close().await;
        sizes.push(std::fs::metadata(&path).unwrap().len());
    }
    assert!(sizes.windows(2).all(|pair| pair[0] == pair[1]) && sizes[0] < 1 << 20, "{sizes:?}");
}

/// What nothing outlives is no place for emergencies.
#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for name in ["", ":memory:"] {
        let opened = SqliteStore::open(name, Arc::new(SystemClock)).await;
        assert!(matches!(opened, Err(OpenError::Unusable(_))), "{name}");
    }
}
