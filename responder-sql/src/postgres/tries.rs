//! Tries to log in.

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::{Tries, TrySubject},
    store::{MOST_SUBJECTS, StoreError, TryChange, TryStore},
};

use super::{
    PostgresStore,
    lane::Call,
    no_row,
    row::{get, micros, time},
};
use crate::people::tries;

#[async_trait]
impl TryStore for PostgresStore {
    async fn tries(&self, subjects: &[TrySubject]) -> Result<(Timestamp, Vec<Option<Tries>>), StoreError> {
        let subjects: Vec<Vec<u8>> = subjects.iter().map(|subject| subject.as_bytes().to_vec()).collect();
        let rows = self.rows(Call::new(KNOWN).with(subjects)).await?;
        let now = time(rows.first().ok_or_else(no_row)?, 0)?;
        // One row is there in any case, for the time.
        let known = rows.iter().skip(1).map(|row| {
            let (count, last): (Option<i64>, Option<i64>) = (get(row, 1)?, get(row, 2)?);
            count.zip(last).map(|(count, last)| tries(count, last)).transpose()
        });
        Ok((now, known.collect::<Result<_, _>>()?))
    }

    async fn change_tries(&self, changes: &[TryChange]) -> Result<bool, StoreError> {
        let counts = |of: fn(&TryChange) -> Option<Tries>| -> Vec<Option<i64>> {
            changes.iter().map(|change| of(change).map(|tries| i64::from(tries.count))).collect()
        };
        let lasts = |of: fn(&TryChange) -> Option<Tries>| -> Vec<Option<i64>> {
            changes.iter().map(|change| of(change).map(|tries| tries.last.as_micros())).collect()
        };
        let subjects: Vec<Vec<u8>> = changes.iter().map(|change| change.subject.as_bytes().to_vec()).collect();
        let call = Call::new(CHANGE)
            .with(subjects)
            .with(counts(|change| change.seen))
            .with(lasts(|change| change.seen))
            .with(counts(|change| change.now))
            .with(lasts(|change| change.now))
            .with(i64::from(MOST_SUBJECTS))
            .with(i64::from(Tries::FREE))
            .with(micros(Tries::LIFE));
        self.is_done(call).await
    }
}

const KNOWN: &str = "
    SELECT micros(), t.count, t.last FROM (
        SELECT 0 AS place, NULL::bytea AS subject
        UNION ALL SELECT s.place, s.subject FROM unnest($1::bytea[]) WITH ORDINALITY AS s (subject, place)
    ) s LEFT JOIN login_tries t ON t.subject = s.subject ORDER BY s.place";

const CHANGE: &str = "SELECT change_tries_1($1, $2, $3, $4, $5, $6, $7, $8)";
