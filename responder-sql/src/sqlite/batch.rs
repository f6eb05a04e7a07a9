//! A commit, as one batch of statements.
//!
//! Each statement that is sent alone costs a change of threads, there and back; that took longer than all of them
//! take in the database.

use responder_core::{
    Timestamp,
    store::{
        Bind, Columns, Commit, Receipt, StoreError,
        codec::{self, CommitTexts},
    },
};
use serde_json::Value;
use sqlx::{Sqlite, Transaction};

use super::{
    error::failed,
    value::{event_id, list, time_column, version_column},
};

/// Writes a commit, if the emergency still has the version that it was computed from, and the command that it settles
/// is there and open. Else nothing is written, and there is no receipt.
pub(super) async fn write(
    tx: &mut Transaction<'static, Sqlite>,
    commit: &Commit,
    texts: &CommitTexts,
    now: Timestamp,
) -> Result<Option<Receipt>, StoreError> {
    let columns = Columns::of(&commit.state);
    let query = sqlx::query_scalar::<_, Option<i64>>(BATCH)
        .bind(commit.emergency().to_string())
        .bind(version_column(commit.expected))
        .bind(commit.id.to_bytes().to_vec())
        .bind(now.as_micros())
        .bind(codec::STATE_FORMAT)
        .bind(&texts.state)
        .bind(time_column(columns.next_deadline))
        .bind(columns.occupies)
        .bind(time_column(columns.concluded_at))
        .bind(texts.outcome.as_ref().map(|(command, _)| command.number))
        .bind(texts.outcome.as_ref().map(|(_, outcome)| outcome))
        .bind(i64::try_from(texts.events.len()).unwrap_or(i64::MAX))
        .bind(list(texts.events.iter().map(String::as_str)))
        .bind(commands(texts))
        .bind(withdrawn(commit))
        .bind(calls(commit)?)
        .bind(messages(commit));
    match query.fetch_one(&mut **tx).await {
        Ok(first_event) => {
            let first_event = first_event.map(event_id).transpose()?;
            Ok(Some(Receipt { version: commit.expected.next(), first_event }))
        }
        Err(error) if is_refused(&error) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn commands(texts: &CommitTexts) -> String {
    let rows = texts.commands.iter().map(|(id, kind, text)| {
        let row: [Value; 4] = [id.number.into(), kind.as_str().into(), kind.priority().into(), text.as_str().into()];
        Value::from(row.to_vec())
    });
    list(rows)
}

/// The numbers of the emergency's own commands that are withdrawn.
fn withdrawn(commit: &Commit) -> String {
    let own = commit.withdraw.iter().filter(|command| command.emergency == commit.emergency());
    list(own.map(|command| command.number))
}

fn calls(commit: &Commit) -> Result<String, StoreError> {
    let mut rows = Vec::new();
    for bind in &commit.binds {
        if let Bind::Call(call, line) = bind {
            rows.push(vec![call.as_str().to_owned(), codec::encode("line", line)?]);
        }
    }
    Ok(list(rows))
}

fn messages(commit: &Commit) -> String {
    let messages = commit.binds.iter().filter_map(|bind| match bind {
        Bind::Message(message) => Some(message.as_str()),
        Bind::Call(..) => None,
    });
    list(messages)
}

/// Whether a batch stopped because the state was not replaced.
fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message() == "NOT NULL constraint failed: commits.version")
}

/// When the first statement finds nothing to replace, the receipt of the second would have no version; that error ends
/// the batch before anything else is written.
///
/// Parameters are `$1`, not `?1`: the driver miscounts the latter in a batch when a statement leaves one out.
const BATCH: &str = "
    UPDATE emergencies
    SET version = version + 1, format = $5, state = $6, next_deadline = $7, occupies = $8, concluded_at = $9
    WHERE id = $1 AND version = $2 AND ($10 IS NULL OR EXISTS (
        SELECT 1 FROM commands WHERE emergency = $1 AND number = $10 AND outcome IS NULL));

    INSERT INTO commits (emergency, version, id) SELECT $1, CASE WHEN changes() = 1 THEN $2 + 1 END, $3;

    INSERT INTO branches (branch, last_event)
    SELECT branch, $12 FROM emergencies WHERE id = $1 AND $12 > 0
    ON CONFLICT (branch) DO UPDATE SET last_event = last_event + excluded.last_event;

    UPDATE commits
    SET first_event = (
        SELECT last_event - $12 + 1 FROM emergencies JOIN branches USING (branch) WHERE emergencies.id = $1)
    WHERE emergency = $1 AND version = $2 + 1 AND $12 > 0;

    INSERT INTO events (branch, id, emergency, at, json)
    SELECT branch, last_event - $12 + 1 + key, $1, $4, value
    FROM emergencies JOIN branches USING (branch) JOIN json_each($13) AS item
    WHERE emergencies.id = $1;

    UPDATE commands SET outcome = $11, is_claimed = 0 WHERE emergency = $1 AND number = $10;

    INSERT INTO commands (emergency, branch, due, visible_at, number, kind, priority, command)
    SELECT $1, branch, $4, $4, value ->> 0, value ->> 1, value ->> 2, value ->> 3
    FROM emergencies JOIN json_each($14) AS item
    WHERE emergencies.id = $1;

    UPDATE commands SET verdict = 'withdrawn', due = $4, visible_at = $4
    WHERE emergency = $1 AND number IN (SELECT value FROM json_each($15))
        AND is_claimed = 0 AND lost = 0 AND outcome IS NULL AND verdict IS NULL;

    INSERT INTO calls (branch, call, emergency, line)
    SELECT branch, value ->> 0, $1, value ->> 1 FROM emergencies JOIN json_each($16) AS item
    WHERE emergencies.id = $1
    ON CONFLICT DO NOTHING;

    INSERT INTO messages (branch, message, emergency)
    SELECT branch, value, $1 FROM emergencies JOIN json_each($17) AS item
    WHERE emergencies.id = $1
    ON CONFLICT DO NOTHING;

    SELECT first_event FROM commits WHERE emergency = $1 AND version = $2 + 1";
