-- Times are microseconds since 1970-01-01T00:00:00Z, on the store's clock.
--
-- A commit is as fast as it touches few pages: each is written to the log and flushed. Hence few tables and indexes,
-- and the events of a commit in one row.

CREATE TABLE branches (
    branch TEXT PRIMARY KEY,
    availability TEXT NOT NULL DEFAULT '"enabled"',
    -- The id of the last event. Counted in the transaction that writes the events.
    last_event INTEGER NOT NULL DEFAULT 0,
    -- How many open emergencies occupy it: kept by triggers, because to count them anew takes the longer the more there
    -- are, and each report asks.
    occupied INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE emergencies (
    id TEXT PRIMARY KEY,
    branch TEXT NOT NULL,
    version INTEGER NOT NULL,
    format INTEGER NOT NULL,
    next_deadline INTEGER,
    occupies INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    concluded_at INTEGER,
    state TEXT NOT NULL,
    -- What people must know when the state can't be read.
    card TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX emergencies_by_branch ON emergencies (branch, id);
-- The last columns spare a look at the row, with its state; also that of the condition, which SQLite checks again.
CREATE INDEX emergencies_open ON emergencies (branch, next_deadline, id, concluded_at, format)
WHERE concluded_at IS NULL;
CREATE INDEX emergencies_concluded ON emergencies (branch, concluded_at, id) WHERE concluded_at IS NOT NULL;
CREATE TRIGGER emergency_opened AFTER INSERT ON emergencies WHEN new.occupies BEGIN
    INSERT INTO branches (branch, occupied) VALUES (new.branch, 1)
    ON CONFLICT (branch) DO UPDATE SET occupied = occupied + 1;
END;
CREATE TRIGGER emergency_changed AFTER UPDATE OF occupies ON emergencies WHEN new.occupies <> old.occupies BEGIN
    UPDATE branches SET occupied = occupied + new.occupies - old.occupies WHERE branch = new.branch;
END;

-- What each commit was called and made: the receipts, and the events as a JSON array, numbered from first_event to
-- last_event.
CREATE TABLE commits (
    emergency TEXT NOT NULL,
    version INTEGER NOT NULL,
    id BLOB NOT NULL,
    branch TEXT NOT NULL,
    at INTEGER NOT NULL,
    first_event INTEGER,
    last_event INTEGER,
    events TEXT,
    PRIMARY KEY (emergency, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX commits_by_event ON commits (branch, last_event) WHERE last_event IS NOT NULL;

-- What happened outside of any emergency, numbered among the events of the commits.
CREATE TABLE branch_events (
    branch TEXT NOT NULL,
    last_event INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    at INTEGER NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (branch, last_event)
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
    emergency TEXT NOT NULL,
    number INTEGER NOT NULL,
    branch TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    due INTEGER NOT NULL,
    -- When it can be claimed: when it is due, or when its lease runs out.
    visible_at INTEGER NOT NULL,
    -- What is to be done; with the two columns of the key it is the command.
    action TEXT NOT NULL,
    claims INTEGER NOT NULL DEFAULT 0,
    -- Claims that ended without a word.
    lost INTEGER NOT NULL DEFAULT 0,
    is_claimed INTEGER NOT NULL DEFAULT 0,
    -- Who claimed it last; for people who look.
    worker TEXT,
    -- An outcome that the machine has not heard of: withdrawn, abandoned.
    verdict TEXT,
    outcome TEXT,
    PRIMARY KEY (emergency, number)
) STRICT, WITHOUT ROWID;
-- The last columns spare a look at the row of each command that is not wanted.
CREATE INDEX commands_waiting ON commands (branch, priority, due, emergency, number, visible_at, kind, outcome)
WHERE outcome IS NULL;

-- By what a callback finds its emergency.
CREATE TABLE calls (
    branch TEXT NOT NULL,
    call TEXT NOT NULL,
    emergency TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (branch, call)
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
    branch TEXT NOT NULL,
    message TEXT NOT NULL,
    emergency TEXT NOT NULL,
    PRIMARY KEY (branch, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_keys (
    branch TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    emergency TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (branch, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_keys_by_age ON report_keys (branch, at);
