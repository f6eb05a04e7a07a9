-- Who acts on what is recorded, and how far each has come. Nothing is written here with a record: what is to be done is
-- found in the audit.
CREATE TABLE audit_readers (
    reader TEXT PRIMARY KEY,
    -- The last entry that is done.
    last_entry INTEGER NOT NULL,
    -- Claims, ever: the last one may speak.
    claims INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    -- Who claimed last; for people who look.
    worker TEXT,
    visible_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
