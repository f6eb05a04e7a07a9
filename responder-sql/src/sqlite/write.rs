//! Opening and committing.

use responder_core::{
    Timestamp,
    emergency::CommandId,
    store::{
        Availability, BranchKey, Card, Commit, Committed, KEY_LIFE, Opened, Opening, StoreError,
        codec::{self, CommitTexts},
    },
};
use sqlx::{Sqlite, Transaction};

use super::{
    SqliteStore, batch,
    error::{commit_failed, failed},
    value::{named, version_column},
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
        make_place(&mut tx, opening, &card, now).await?;
        let receipt = batch::write(&mut tx, &opening.commit, &texts, now).await?;
        let receipt = receipt.ok_or(StoreError::Conflict)?;
        tx.commit().await.map_err(commit_failed)?;
        Ok(Opened::Created(receipt))
    }

    pub(super) async fn write_commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let is_foreign = |command: &CommandId| command.emergency != commit.emergency();
        if commit.settles.as_ref().is_some_and(|settled| is_foreign(&settled.command)) {
            return Err(StoreError::NotFound);
        }
        let texts = CommitTexts::of(commit)?;
        let mut tx = self.begin().await?;
        if let Some(receipt) = batch::write(&mut tx, commit, &texts, self.clock.now()).await? {
            tx.commit().await.map_err(commit_failed)?;
            return Ok(Committed::Written(receipt));
        }
        tx.rollback().await.map_err(failed)?;
        self.explain(commit).await
    }

    /// Why a commit was not written. What is read here never changes once it is there, so it need not be read in the
    /// transaction that failed.
    async fn explain(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let id = commit.emergency();
        if let Some(receipt) = self.read_receipt(id, commit.id).await? {
            return Ok(Committed::Written(receipt));
        }
        if !self.exists(id).await? {
            return Err(StoreError::NotFound);
        }
        let Some(settled) = &commit.settles else { return Err(StoreError::Conflict) };
        let first = self.read_outcome(settled.command).await?;
        first.map(|first| Committed::AlreadySettled { first }).ok_or(StoreError::Conflict)
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

/// Remembers the key, and makes a place for the emergency; its first commit fills it.
async fn make_place(tx: &mut Tx, opening: &Opening, card: &str, now: Timestamp) -> Result<(), StoreError> {
    let named = opening.idempotency.as_ref();
    let query = sqlx::query(MAKE_PLACE)
        .bind(opening.branch.as_str())
        .bind(opening.commit.emergency().to_string())
        .bind((now - KEY_LIFE).as_micros())
        .bind(named.map(|named| named.key.to_string()))
        .bind(named.map(|named| named.body_hash.to_vec()))
        .bind(now.as_micros())
        .bind(version_column(opening.commit.expected))
        .bind(codec::STATE_FORMAT)
        .bind(card)
        .bind(opening.commit.state.opened_at().as_micros());
    query.execute(&mut **tx).await.map_err(failed)?;
    Ok(())
}

const CONDITIONS: &str = "
    SELECT EXISTS (SELECT 1 FROM emergencies WHERE id = ?2),
           (SELECT availability FROM branches WHERE branch = ?1),
           (SELECT count(*) FROM emergencies WHERE branch = ?1 AND concluded_at IS NULL AND occupies = 1),
           known.body_hash, known.emergency
    FROM (SELECT 1) LEFT JOIN report_keys AS known ON known.branch = ?1 AND known.key = ?3 AND known.at > ?4";

/// Parameters are `$1`, not `?1`: see [`batch`].
const MAKE_PLACE: &str = "
    DELETE FROM report_keys WHERE branch = $1 AND at <= $3;

    INSERT INTO report_keys (branch, key, body_hash, emergency, at) SELECT $1, $4, $5, $2, $6 WHERE $4 IS NOT NULL;

    INSERT INTO emergencies (id, branch, version, format, state, card, occupies, opened_at)
    VALUES ($2, $1, $7, $8, '', $9, 0, $10)";

const SET_AVAILABILITY: &str = "
    INSERT INTO branches (branch, availability) VALUES (?1, ?2)
    ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability";
