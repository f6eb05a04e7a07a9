//! Settings.

use std::collections::BTreeMap;

use async_trait::async_trait;
use responder_core::store::{
    BranchKey, Revision, Saved, SettingsChange, SettingsStore, StoreError, StoredSettings, codec,
};

use super::{PostgresStore, lane::Call, no_row, row::get};
use crate::{people::AuditColumns, value::narrow};

#[async_trait]
impl SettingsStore for PostgresStore {
    async fn settings(&self, branch: &BranchKey) -> Result<StoredSettings, StoreError> {
        let (mut revision, mut values) = (Revision::default(), BTreeMap::new());
        for row in self.rows(Call::new(READ).with(branch.as_str())).await? {
            revision = Revision::from_u64(narrow("revision", get(&row, 0)?)?);
            let (name, value): (Option<String>, Option<String>) = (get(&row, 1)?, get(&row, 2)?);
            if let (Some(name), Some(value)) = (name, value) {
                values.insert(name, codec::decode("setting", &value)?);
            }
        }
        Ok(StoredSettings { revision, values })
    }

    async fn save_settings(&self, change: &SettingsChange) -> Result<Saved, StoreError> {
        let (mut names, mut texts) = (Vec::new(), Vec::new());
        for (name, value) in &change.values {
            names.push(name.clone());
            texts.push(value.as_ref().map(|value| codec::encode("setting", value)).transpose()?);
        }
        let entry = change.audit.as_ref().map(AuditColumns::of).transpose()?.map(|columns| columns.entry);
        let from = i64::try_from(change.from.as_u64()).unwrap_or(i64::MAX);
        let call = Call::new(SAVE).with(change.branch.as_str()).with(from).with(names).with(texts).with(entry);
        let rows = self.writes(call).await?;
        let row = rows.first().ok_or_else(no_row)?;
        let revision = Revision::from_u64(narrow("revision", get(row, 1)?)?);
        Ok(if get(row, 0)? { Saved::Done(revision) } else { Saved::Changed(revision) })
    }
}

const READ: &str = "
    SELECT r.revision, s.name, s.value FROM settings_revisions r LEFT JOIN settings s ON s.branch = r.branch
    WHERE r.branch = $1";

const SAVE: &str = "SELECT is_saved, present FROM save_settings_1($1, $2, $3, $4, $5)";
