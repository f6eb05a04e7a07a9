-- Whom events are posted to. Nothing here is written by a commit: what is to be posted is found in the events.
CREATE TABLE delivery_targets (
    branch TEXT NOT NULL,
    target TEXT NOT NULL,
    -- The last event that was divided into lanes.
    last_event INTEGER NOT NULL,
    -- Claims, ever, so that no two have the same number.
    claims INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (branch, target)
) STRICT, WITHOUT ROWID;

-- What is not delivered yet: for each emergency where it stands. A lane with nothing left to deliver has no row.
CREATE TABLE delivery_lanes (
    branch TEXT NOT NULL,
    target TEXT NOT NULL,
    -- The emergency; empty for what happened outside of any.
    lane TEXT NOT NULL,
    -- The next event; none if there is only a gap to tell of.
    head INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    -- The number of the claim; 0 for none.
    claim INTEGER NOT NULL DEFAULT 0,
    -- Who claimed it last; for people who look.
    worker TEXT,
    visible_at INTEGER NOT NULL,
    -- Events that were given up, to be told of before the next one.
    gap_first INTEGER,
    gap_last INTEGER,
    gap_count INTEGER NOT NULL DEFAULT 0,
    gap_since INTEGER,
    PRIMARY KEY (branch, target, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_lanes_waiting ON delivery_lanes (branch, target, visible_at, lane);
