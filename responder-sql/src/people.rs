//! Users and records, as they stand in columns.

use std::collections::BTreeMap;

use responder_core::{
    Timestamp,
    access::{
        Actor, AuditAction, AuditEntry, AuditId, PasswordHash, Permissions, Recorded, Rights, Tries, User, UserId,
        UserVersion,
    },
    store::{AuditClaim, AuditTicket, BranchKey, StoreError, TargetName, codec},
};

use crate::value::{named, narrow};

/// The columns of a user.
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) is_admin: bool,
    /// The permissions by branch, as JSON. An admin's is empty.
    pub(crate) permissions: String,
    pub(crate) password: String,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
}

impl UserRow {
    pub(crate) fn read(self) -> Result<User, StoreError> {
        Ok(User {
            id: UserId::from_u64(narrow("user id", self.id)?),
            name: named("user name", &self.name)?,
            rights: match self.is_admin {
                true => Rights::Admin,
                false => Rights::Of(codec::decode("permissions", &self.permissions)?),
            },
            password: PasswordHash::from_stored(self.password),
            version: UserVersion::from_u64(narrow("user version", self.version)?),
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// Whether they are an admin's, and the permissions by branch.
pub(crate) fn rights_columns(rights: &Rights) -> Result<(bool, String), StoreError> {
    let none = BTreeMap::<BranchKey, Permissions>::new();
    let permissions = match rights {
        Rights::Admin => &none,
        Rights::Of(permissions) => permissions,
    };
    Ok((rights.are_admins(), codec::encode("permissions", permissions)?))
}

/// No user has a number beyond the column: one out of range can't match any.
pub(crate) fn user_column(id: UserId) -> i64 {
    i64::try_from(id.as_u64()).unwrap_or(i64::MAX)
}

pub(crate) fn version_column(version: UserVersion) -> i64 {
    i64::try_from(version.as_u64()).unwrap_or(i64::MAX)
}

/// The columns of a record: its branch, and the rest as JSON.
pub(crate) struct AuditColumns {
    pub(crate) branch: Option<String>,
    pub(crate) entry: String,
}

impl AuditColumns {
    pub(crate) fn of(entry: &AuditEntry) -> Result<Self, StoreError> {
        let branch = entry.branch.as_ref().map(ToString::to_string);
        Ok(Self { branch, entry: codec::encode("audit entry", entry)? })
    }
}

pub(crate) fn audit_id(stored: i64) -> Result<AuditId, StoreError> {
    narrow("audit id", stored).map(AuditId::from_u64)
}

/// Ids come from clients, too: one beyond the end of the column means the end.
pub(crate) fn audit_column(id: Option<AuditId>) -> i64 {
    id.and_then(|id| i64::try_from(id.as_u64()).ok()).unwrap_or(i64::MAX)
}

pub(crate) fn recorded(id: i64, at: i64, entry: &str) -> Result<Recorded, StoreError> {
    let entry = codec::decode("audit entry", entry)?;
    Ok(Recorded { id: audit_id(id)?, at: Timestamp::from_micros(at), entry })
}

/// The columns of an entry, as it is handed out.
pub(crate) struct AuditRow {
    pub(crate) id: i64,
    pub(crate) at: i64,
    pub(crate) entry: String,
}

impl AuditRow {
    /// What can't be read must not hold up what comes after it.
    fn read(self) -> Result<Recorded, StoreError> {
        recorded(self.id, self.at, &self.entry).or_else(|_| {
            let entry = AuditEntry::new(Actor::server(), AuditAction::Unknown);
            Ok(Recorded { id: audit_id(self.id)?, at: Timestamp::from_micros(self.at), entry })
        })
    }
}

pub(crate) fn audit_claim(
    reader: &TargetName,
    claim: i64,
    tries: i64,
    now: Timestamp,
    rows: Vec<AuditRow>,
) -> Result<AuditClaim, StoreError> {
    let ticket = AuditTicket { reader: reader.clone(), claim: narrow("claim", claim)? };
    let entries = rows.into_iter().map(AuditRow::read).collect::<Result<_, _>>()?;
    Ok(AuditClaim { ticket, entries, tries: u32::try_from(tries).unwrap_or(u32::MAX), now })
}

/// No claim has a number beyond the column.
pub(crate) fn ticket_column(ticket: &AuditTicket) -> i64 {
    i64::try_from(ticket.claim).unwrap_or(i64::MAX)
}

pub(crate) fn tries(count: i64, last: i64) -> Result<Tries, StoreError> {
    Ok(Tries { count: narrow("tries", count)?, last: Timestamp::from_micros(last) })
}
