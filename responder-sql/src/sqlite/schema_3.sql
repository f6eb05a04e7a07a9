-- What an admin server keeps, and a branch of what it was given. Times are as in the other tables.

CREATE TABLE settings_revisions (
    branch TEXT PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A value is JSON: plain, or sealed.
CREATE TABLE settings (
    branch TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (branch, name)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: the number of somebody who is gone is never given again.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    is_admin INTEGER NOT NULL,
    permissions TEXT NOT NULL,
    password TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Known by the hash of what the browser has.
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    user INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    branch TEXT,
    entry TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_branch ON audit (branch, id) WHERE branch IS NOT NULL;
