//! Tries to log in.

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::{Tries, TrySubject},
    store::{MOST_SUBJECTS, StoreError, TryChange, TryStore},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteStore, error::failed};
use crate::people::tries;

#[async_trait]
impl TryStore for SqliteStore {
    async fn tries(&self, subjects: &[TrySubject]) -> Result<(Timestamp, Vec<Option<Tries>>), StoreError> {
        let subjects = subjects.to_vec();
        self.read(move |reader, asker| {
            let known = subjects.iter().map(|subject| known(reader, subject)).collect::<Result<_, _>>()?;
            Ok((asker.now, known))
        })
        .await
    }

    async fn change_tries(&self, changes: &[TryChange]) -> Result<bool, StoreError> {
        let changes = changes.to_vec();
        self.write(move |tx, asker| change(tx, asker.now, &changes)).await
    }
}

fn known(reader: &Connection, subject: &TrySubject) -> Result<Option<Tries>, StoreError> {
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found =
        reader.prepare_cached(KNOWN).and_then(|mut sql| sql.query_row([subject.as_bytes()], columns).optional());
    found.map_err(failed)?.map(|(count, last)| tries(count, last)).transpose()
}

fn change(tx: &Connection, now: Timestamp, changes: &[TryChange]) -> Result<bool, StoreError> {
    for change in changes {
        if known(tx, &change.subject)? != change.seen {
            return Ok(false);
        }
    }
    let write = || {
        let added = changes.iter().filter(|change| change.seen.is_none() && change.now.is_some()).count();
        make_room(tx, now, i64::try_from(added).unwrap_or(i64::MAX))?;
        for TryChange { subject, now, .. } in changes {
            match now {
                Some(tries) => {
                    let of = params![subject.as_bytes(), tries.count, tries.last.as_micros()];
                    tx.prepare_cached(KEEP)?.execute(of)?
                }
                None => tx.prepare_cached(FORGET)?.execute([subject.as_bytes()])?,
            };
        }
        Ok(())
    };
    write().map(|()| true).map_err(failed)
}

fn make_room(tx: &Connection, now: Timestamp, added: i64) -> rusqlite::Result<()> {
    let old = (now - Tries::LIFE).as_micros();
    for sweep in [OLD, FEW, ALL] {
        let count: i64 = tx.prepare_cached(COUNT)?.query_row([], |row| row.get(0))?;
        if added == 0 || count + added <= i64::from(MOST_SUBJECTS) {
            return Ok(());
        }
        tx.prepare_cached(sweep)?.execute(params![old, Tries::FREE])?;
    }
    Ok(())
}

const KNOWN: &str = "SELECT count, last FROM login_tries WHERE subject = ?1";

const KEEP: &str = "
    INSERT INTO login_tries (subject, count, last) VALUES (?1, ?2, ?3)
    ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last";

const FORGET: &str = "DELETE FROM login_tries WHERE subject = ?1";

const COUNT: &str = "SELECT count(*) FROM login_tries";

const OLD: &str = "DELETE FROM login_tries WHERE last <= ?1 AND ?2 >= 0";

const FEW: &str = "DELETE FROM login_tries WHERE count <= ?2 AND ?1 IS NOT NULL";

const ALL: &str = "DELETE FROM login_tries WHERE ?1 IS NOT NULL AND ?2 >= 0";
