//! Opening and committing.

use responder_core::{
    Timestamp,
    store::{
        Availability, Bind, BranchKey, Card, Columns, Commit, Committed, KEY_LIFE, Opened, Opening, Receipt,
        StoreError,
        codec::{self, CommitTexts},
    },
};
use sqlx::{Sqlite, Transaction};

use super::{
    SqliteStore,
    error::{commit_failed, failed},
    value::{event_id, list, named, time_column, version_column},
};

type Tx = Transaction<'static, Sqlite>;

impl SqliteStore {
    pub(super) async fn write_opening(&self, opening: &Opening) -> Result<Opened, StoreError> {
        let texts = CommitTexts::of(&opening.commit)?;
        let card = codec::encode("card", &Card::of(&opening.commit.state))?;
        let mut tx = self.begin().await?;
        let now = self.clock.now();
        let conditions = Conditions::read(&mut tx, opening, now).await?;
        if conditions.exists {
            tx.rollback().await.map_err(failed)?;
            let receipt = self.read_receipt(opening.commit.emergency(), opening.commit.id).await?;
            return receipt.map(Opened::Created).ok_or(StoreError::Conflict);
        }
        if let Some(refusal) = conditions.refusal(opening)? {
            tx.rollback().await.map_err(failed)?;
            return Ok(refusal);
        }
        remember_key(&mut tx, opening, now).await?;
        insert_emergency(&mut tx, opening, &texts.state, &card).await?;
        let receipt = write_rest(&mut tx, &opening.branch, &opening.commit, &texts, now).await?;
        tx.commit().await.map_err(commit_failed)?;
        Ok(Opened::Created(receipt))
    }

    pub(super) async fn write_commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let texts = CommitTexts::of(commit)?;
        let mut tx = self.begin().await?;
        let now = self.clock.now();
        let Some(branch) = replace_state(&mut tx, commit, &texts.state).await? else {
            tx.rollback().await.map_err(failed)?;
            return self.explain(commit, true).await;
        };
        if !settle(&mut tx, commit, &texts).await? {
            tx.rollback().await.map_err(failed)?;
            return self.explain(commit, false).await;
        }
        let receipt = write_rest(&mut tx, &branch, commit, &texts, now).await?;
        tx.commit().await.map_err(commit_failed)?;
        Ok(Committed::Written(receipt))
    }

    /// Why a commit was not written. What is read here never changes once it is there, so it need not be read in the
    /// transaction that failed.
    async fn explain(&self, commit: &Commit, is_stale: bool) -> Result<Committed, StoreError> {
        let id = commit.emergency();
        if is_stale {
            if let Some(receipt) = self.read_receipt(id, commit.id).await? {
                return Ok(Committed::Written(receipt));
            }
            if !self.exists(id).await? {
                return Err(StoreError::NotFound);
            }
        }
        let settled = commit.settles.as_ref();
        match settled {
            Some(settled) if settled.command.emergency != id => Err(StoreError::NotFound),
            Some(settled) => match self.read_outcome(settled.command).await? {
                Some(first) => Ok(Committed::AlreadySettled { first }),
                None => Err(StoreError::Conflict),
            },
            None => Err(StoreError::Conflict),
        }
    }

    pub(super) async fn write_availability(
        &self,
        branch: &BranchKey,
        availability: Availability,
    ) -> Result<(), StoreError> {
        let text = codec::encode("availability", &availability)?;
        let query = sqlx::query(SET_AVAILABILITY).bind(branch.as_str()).bind(text);
        query.execute(&self.writer).await.map_err(commit_failed)?;
        Ok(())
    }
}

/// What decides whether an emergency is let in.
struct Conditions {
    exists: bool,
    availability: Option<String>,
    occupying: i64,
    key: Option<(Vec<u8>, String)>,
}

impl Conditions {
    async fn read(tx: &mut Tx, opening: &Opening, now: Timestamp) -> Result<Self, StoreError> {
        type Row = (bool, Option<String>, i64, Option<Vec<u8>>, Option<String>);
        let query = sqlx::query_as::<_, Row>(CONDITIONS)
            .bind(opening.branch.as_str())
            .bind(opening.commit.emergency().to_string())
            .bind(opening.idempotency.as_ref().map(|named| named.key.to_string()))
            .bind((now - KEY_LIFE).as_micros());
        let (exists, availability, occupying, hash, emergency) = query.fetch_one(&mut **tx).await.map_err(failed)?;
        Ok(Self { exists, availability, occupying, key: hash.zip(emergency) })
    }

    /// In the order of the contract: key, disabled, limit.
    fn refusal(&self, opening: &Opening) -> Result<Option<Opened>, StoreError> {
        if let Some((hash, emergency)) = &self.key {
            let is_repeat = opening.idempotency.as_ref().is_some_and(|named| named.body_hash[..] == hash[..]);
            let existing = named("emergency id", emergency)?;
            return Ok(Some(if is_repeat { Opened::Existing(existing) } else { Opened::KeyReused }));
        }
        let availability = self.availability.as_deref().map(|text| codec::decode("availability", text)).transpose()?;
        if availability == Some(Availability::Disabled) {
            return Ok(Some(Opened::Disabled));
        }
        Ok((self.occupying >= i64::from(opening.limit)).then_some(Opened::Busy))
    }
}

async fn remember_key(tx: &mut Tx, opening: &Opening, now: Timestamp) -> Result<(), StoreError> {
    let Some(named) = &opening.idempotency else { return Ok(()) };
    let branch = opening.branch.as_str();
    let forget = sqlx::query(FORGET_KEYS).bind(branch).bind((now - KEY_LIFE).as_micros());
    forget.execute(&mut **tx).await.map_err(failed)?;
    let remember = sqlx::query(REMEMBER_KEY)
        .bind(branch)
        .bind(named.key.to_string())
        .bind(named.body_hash.to_vec())
        .bind(opening.commit.emergency().to_string())
        .bind(now.as_micros());
    remember.execute(&mut **tx).await.map_err(failed)?;
    Ok(())
}

async fn insert_emergency(tx: &mut Tx, opening: &Opening, state: &str, card: &str) -> Result<(), StoreError> {
    let columns = Columns::of(&opening.commit.state);
    let query = sqlx::query(INSERT_EMERGENCY)
        .bind(opening.commit.emergency().to_string())
        .bind(opening.branch.as_str())
        .bind(version_column(opening.commit.expected.next()))
        .bind(codec::STATE_FORMAT)
        .bind(state)
        .bind(card)
        .bind(time_column(columns.next_deadline))
        .bind(columns.occupies)
        .bind(columns.opened_at.as_micros())
        .bind(time_column(columns.concluded_at));
    query.execute(&mut **tx).await.map_err(failed)?;
    Ok(())
}

/// The branch of the emergency, or none if it has another version by now.
async fn replace_state(tx: &mut Tx, commit: &Commit, state: &str) -> Result<Option<BranchKey>, StoreError> {
    let columns = Columns::of(&commit.state);
    let query = sqlx::query_scalar::<_, String>(REPLACE_STATE)
        .bind(commit.emergency().to_string())
        .bind(version_column(commit.expected))
        .bind(codec::STATE_FORMAT)
        .bind(state)
        .bind(time_column(columns.next_deadline))
        .bind(columns.occupies)
        .bind(time_column(columns.concluded_at));
    let branch = query.fetch_optional(&mut **tx).await.map_err(failed)?;
    branch.map(|branch| named("branch", &branch)).transpose()
}

/// False if there is a command to settle, and it is settled already or not there.
async fn settle(tx: &mut Tx, commit: &Commit, texts: &CommitTexts) -> Result<bool, StoreError> {
    let Some((command, outcome)) = &texts.outcome else { return Ok(true) };
    if command.emergency != commit.emergency() {
        return Ok(false);
    }
    let query = sqlx::query(SETTLE).bind(command.emergency.to_string()).bind(command.number).bind(outcome);
    Ok(query.execute(&mut **tx).await.map_err(failed)?.rows_affected() == 1)
}

/// Everything but the state and the settlement, which can refuse a commit.
async fn write_rest(
    tx: &mut Tx,
    branch: &BranchKey,
    commit: &Commit,
    texts: &CommitTexts,
    now: Timestamp,
) -> Result<Receipt, StoreError> {
    let id = commit.emergency().to_string();
    let first_event = insert_events(tx, branch, &id, &texts.events, now).await?;
    insert_commands(tx, branch, &id, texts, now).await?;
    withdraw(tx, &id, commit, now).await?;
    bind_calls(tx, branch, &id, commit).await?;
    bind_messages(tx, branch, &id, commit).await?;
    let version = commit.expected.next();
    let query = sqlx::query(INSERT_COMMIT)
        .bind(id)
        .bind(version_column(version))
        .bind(commit.id.to_bytes().to_vec())
        .bind(first_event);
    query.execute(&mut **tx).await.map_err(failed)?;
    Ok(Receipt { version, first_event: first_event.map(event_id).transpose()? })
}

async fn insert_events(
    tx: &mut Tx,
    branch: &BranchKey,
    emergency: &str,
    texts: &[String],
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let count = i64::try_from(texts.len()).unwrap_or(i64::MAX);
    let number = sqlx::query_scalar::<_, i64>(NUMBER_EVENTS).bind(branch.as_str()).bind(count);
    let first = number.fetch_one(&mut **tx).await.map_err(failed)? - count + 1;
    let insert = sqlx::query(INSERT_EVENTS)
        .bind(branch.as_str())
        .bind(first)
        .bind(emergency)
        .bind(now.as_micros())
        .bind(list(texts.iter().map(String::as_str)));
    insert.execute(&mut **tx).await.map_err(failed)?;
    Ok(Some(first))
}

async fn insert_commands(
    tx: &mut Tx,
    branch: &BranchKey,
    emergency: &str,
    texts: &CommitTexts,
    now: Timestamp,
) -> Result<(), StoreError> {
    if texts.commands.is_empty() {
        return Ok(());
    }
    let rows = texts.commands.iter().map(|(id, kind, text)| {
        serde_json::Value::from(vec![
            id.number.into(),
            kind.as_str().into(),
            kind.priority().into(),
            text.as_str().into(),
        ] as Vec<serde_json::Value>)
    });
    let query =
        sqlx::query(INSERT_COMMANDS).bind(emergency).bind(branch.as_str()).bind(now.as_micros()).bind(list(rows));
    query.execute(&mut **tx).await.map_err(failed)?;
    Ok(())
}

async fn withdraw(tx: &mut Tx, emergency: &str, commit: &Commit, now: Timestamp) -> Result<(), StoreError> {
    if commit.withdraw.is_empty() {
        return Ok(());
    }
    let own = commit.withdraw.iter().filter(|command| command.emergency == commit.emergency());
    let numbers = list(own.map(|command| command.number));
    let query = sqlx::query(WITHDRAW).bind(emergency).bind(numbers).bind(now.as_micros());
    query.execute(&mut **tx).await.map_err(failed)?;
    Ok(())
}

async fn bind_calls(tx: &mut Tx, branch: &BranchKey, emergency: &str, commit: &Commit) -> Result<(), StoreError> {
    for bind in &commit.binds {
        let Bind::Call(call, line) = bind else { continue };
        let query = sqlx::query(BIND_CALL)
            .bind(branch.as_str())
            .bind(call.as_str())
            .bind(emergency)
            .bind(codec::encode("line", line)?);
        query.execute(&mut **tx).await.map_err(failed)?;
    }
    Ok(())
}

async fn bind_messages(tx: &mut Tx, branch: &BranchKey, emergency: &str, commit: &Commit) -> Result<(), StoreError> {
    for bind in &commit.binds {
        let Bind::Message(message) = bind else { continue };
        let query = sqlx::query(BIND_MESSAGE).bind(branch.as_str()).bind(message.as_str()).bind(emergency);
        query.execute(&mut **tx).await.map_err(failed)?;
    }
    Ok(())
}

const CONDITIONS: &str = "
    SELECT EXISTS (SELECT 1 FROM emergencies WHERE id = ?2),
           (SELECT availability FROM branches WHERE branch = ?1),
           (SELECT count(*) FROM emergencies WHERE branch = ?1 AND concluded_at IS NULL AND occupies = 1),
           known.body_hash, known.emergency
    FROM (SELECT 1) LEFT JOIN report_keys AS known ON known.branch = ?1 AND known.key = ?3 AND known.at > ?4";

const FORGET_KEYS: &str = "DELETE FROM report_keys WHERE branch = ?1 AND at <= ?2";

const REMEMBER_KEY: &str = "
    INSERT INTO report_keys (branch, key, body_hash, emergency, at) VALUES (?1, ?2, ?3, ?4, ?5)";

const INSERT_EMERGENCY: &str = "
    INSERT INTO emergencies
        (id, branch, version, format, state, card, next_deadline, occupies, opened_at, concluded_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const REPLACE_STATE: &str = "
    UPDATE emergencies
    SET version = version + 1, format = ?3, state = ?4, next_deadline = ?5, occupies = ?6, concluded_at = ?7
    WHERE id = ?1 AND version = ?2
    RETURNING branch";

const SETTLE: &str = "
    UPDATE commands SET outcome = ?3, is_claimed = 0 WHERE emergency = ?1 AND number = ?2 AND outcome IS NULL";

const NUMBER_EVENTS: &str = "
    INSERT INTO branches (branch, last_event) VALUES (?1, ?2)
    ON CONFLICT (branch) DO UPDATE SET last_event = last_event + excluded.last_event
    RETURNING last_event";

const INSERT_EVENTS: &str = "
    INSERT INTO events (branch, id, emergency, at, json)
    SELECT ?1, ?2 + key, ?3, ?4, value FROM json_each(?5)";

const INSERT_COMMANDS: &str = "
    INSERT INTO commands (emergency, branch, due, visible_at, number, kind, priority, command)
    SELECT ?1, ?2, ?3, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?4)";

const WITHDRAW: &str = "
    UPDATE commands SET verdict = 'withdrawn', due = ?3, visible_at = ?3
    WHERE emergency = ?1 AND number IN (SELECT value FROM json_each(?2))
        AND is_claimed = 0 AND lost = 0 AND outcome IS NULL AND verdict IS NULL";

const BIND_CALL: &str = "
    INSERT INTO calls (branch, call, emergency, line) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

const BIND_MESSAGE: &str = "
    INSERT INTO messages (branch, message, emergency) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

const INSERT_COMMIT: &str = "INSERT INTO commits (emergency, version, id, first_event) VALUES (?1, ?2, ?3, ?4)";

const SET_AVAILABILITY: &str = "
    INSERT INTO branches (branch, availability) VALUES (?1, ?2)
    ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability";
