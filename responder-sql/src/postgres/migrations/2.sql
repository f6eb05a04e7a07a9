-- Deliveries of events to somebody else's service. Nothing here is written by a commit: what is to be delivered is found
-- in the events. Whoever changes a lane holds the row of its target until the end of the transaction.

CREATE TABLE delivery_targets (
    branch text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    -- The last event that was divided into lanes.
    last_event bigint NOT NULL,
    -- Claims, ever, so that no two have the same number.
    claims bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (branch, target)
) WITH (fillfactor = 50);

-- What is not delivered yet: for each emergency where it stands. A lane with nothing left to deliver has no row.
CREATE TABLE delivery_lanes (
    branch text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    -- The emergency; empty for what happened outside of any.
    lane text COLLATE "C" NOT NULL,
    -- The next event; none if there is only a gap to tell of.
    head bigint,
    tries bigint NOT NULL DEFAULT 0,
    -- The number of the claim; 0 for none.
    claim bigint NOT NULL DEFAULT 0,
    -- Who claimed it last; for people who look.
    worker text,
    visible_at bigint NOT NULL,
    -- Events that were given up, to be told of before the next one.
    gap_first bigint,
    gap_last bigint,
    gap_count bigint NOT NULL DEFAULT 0,
    gap_since bigint,
    PRIMARY KEY (branch, target, lane)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX delivery_lanes_waiting ON delivery_lanes (branch, target, visible_at, lane);

-- A lane, just claimed. Without a claim: there is none.
CREATE TYPE delivery_1 AS (
    lane text,
    claim bigint,
    tries bigint,
    head bigint,
    gap_first bigint,
    gap_last bigint,
    gap_count bigint,
    gap_since bigint,
    first_event bigint,
    emergency text,
    at bigint,
    events text,
    moment bigint
);

-- What became of a failed delivery: later, given_up, not_ours.
CREATE TYPE failure_1 AS (
    result text,
    skipped bigint,
    gap_first bigint,
    gap_last bigint,
    gap_count bigint,
    gap_since bigint
);

-- The events of a lane from `since` to `until`, by commit.
CREATE FUNCTION lane_events_1(of_branch text, of_lane text, since bigint, until bigint)
RETURNS TABLE (first_event bigint, last_event bigint, emergency text, at bigint, events text) LANGUAGE sql STABLE AS $$
    SELECT c.first_event, c.last_event, c.emergency, c.at, c.events FROM commits c
    WHERE of_lane <> '' AND c.emergency = of_lane AND c.last_event >= since AND c.last_event <= until
    UNION ALL
    SELECT b.first_event, b.last_event, NULL, b.at, b.events FROM branch_events b
    WHERE of_lane = '' AND b.branch = of_branch AND b.last_event >= since AND b.last_event <= until
$$;

CREATE FUNCTION take_lane_1(of_branch text, of_target text, of_lane text, who text, moment bigint, lease bigint)
RETURNS delivery_1 LANGUAGE plpgsql AS $$
DECLARE
    d delivery_1;
BEGIN
    UPDATE delivery_targets t SET claims = t.claims + 1 WHERE t.branch = of_branch AND t.target = of_target
    RETURNING t.claims INTO d.claim;
    UPDATE delivery_lanes l
    SET claim = d.claim, tries = l.tries + 1, visible_at = later(moment, lease), worker = coalesce(who, l.worker)
    WHERE l.branch = of_branch AND l.target = of_target AND l.lane = of_lane
    RETURNING l.lane, l.tries, l.head, l.gap_first, l.gap_last, l.gap_count, l.gap_since
    INTO d.lane, d.tries, d.head, d.gap_first, d.gap_last, d.gap_count, d.gap_since;
    IF d.gap_count = 0 THEN
        SELECT e.first_event, e.emergency, e.at, e.events INTO d.first_event, d.emergency, d.at, d.events
        FROM lane_events_1(of_branch, of_lane, d.head, 9223372036854775807) e ORDER BY e.last_event LIMIT 1;
    END IF;
    d.moment := moment;
    RETURN d;
END
$$;

CREATE FUNCTION claim_deliveries_1(of_branch text, of_target text, who text, most bigint, lease bigint)
RETURNS SETOF delivery_1 LANGUAGE plpgsql AS $$
DECLARE
    moment bigint;
    known bigint;
    seen bigint;
    of_lane text;
BEGIN
    SELECT t.last_event INTO known FROM delivery_targets t
    WHERE t.branch = of_branch AND t.target = of_target FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    moment := micros();
    WITH fresh AS (
        (SELECT c.emergency AS lane, c.first_event, c.last_event FROM commits c
            WHERE c.branch = of_branch AND c.last_event IS NOT NULL AND c.last_event > known
            ORDER BY c.last_event LIMIT 1000)
        UNION ALL
        (SELECT '', b.first_event, b.last_event FROM branch_events b
            WHERE b.branch = of_branch AND b.last_event > known ORDER BY b.last_event LIMIT 1000)
        ORDER BY last_event LIMIT 1000
    ),
    added AS (
        INSERT INTO delivery_lanes AS l (branch, target, lane, head, visible_at)
        SELECT of_branch, of_target, f.lane, min(f.first_event), moment FROM fresh f GROUP BY f.lane
        ON CONFLICT (branch, target, lane) DO UPDATE SET head = coalesce(l.head, excluded.head)
    )
    SELECT max(f.last_event) INTO seen FROM fresh f;
    IF seen IS NOT NULL THEN
        UPDATE delivery_targets t SET last_event = seen WHERE t.branch = of_branch AND t.target = of_target;
    END IF;
    FOR of_lane IN
        SELECT l.lane FROM delivery_lanes l
        WHERE l.branch = of_branch AND l.target = of_target AND l.visible_at <= moment
        ORDER BY l.visible_at, l.lane LIMIT most
    LOOP
        RETURN NEXT take_lane_1(of_branch, of_target, of_lane, who, moment, lease);
    END LOOP;
END
$$;

CREATE FUNCTION delivered_1(of_branch text, of_target text, of_lane text, of_claim bigint, lease bigint)
RETURNS SETOF delivery_1 LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
    l delivery_lanes;
BEGIN
    SELECT t.last_event INTO known FROM delivery_targets t
    WHERE t.branch = of_branch AND t.target = of_target FOR UPDATE;
    SELECT * INTO l FROM delivery_lanes o
    WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane AND o.claim = of_claim;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF l.gap_count = 0 THEN
        SELECT greatest(e.first_event, l.head + 1) INTO l.head
        FROM lane_events_1(of_branch, of_lane, l.head + 1, known) e ORDER BY e.last_event LIMIT 1;
    END IF;
    IF l.head IS NULL THEN
        DELETE FROM delivery_lanes o WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane;
        RETURN;
    END IF;
    UPDATE delivery_lanes o
    SET head = l.head, tries = 0, gap_first = NULL, gap_last = NULL, gap_count = 0, gap_since = NULL
    WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane;
    RETURN NEXT take_lane_1(of_branch, of_target, of_lane, NULL, micros(), lease);
END
$$;

CREATE FUNCTION delivery_failed_1(
    of_branch text, of_target text, of_lane text, of_claim bigint, delay bigint, give_up bigint
) RETURNS failure_1 LANGUAGE plpgsql AS $$
DECLARE
    f failure_1;
    moment bigint;
    known bigint;
    fresh bigint;
    last bigint;
    l delivery_lanes;
BEGIN
    SELECT t.last_event INTO known FROM delivery_targets t
    WHERE t.branch = of_branch AND t.target = of_target FOR UPDATE;
    SELECT * INTO l FROM delivery_lanes o
    WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane AND o.claim = of_claim;
    IF NOT FOUND THEN
        f.result := 'not_ours';
        RETURN f;
    END IF;
    moment := micros();
    f.skipped := 0;
    IF l.head IS NOT NULL THEN
        SELECT greatest(e.first_event, l.head) INTO fresh
        FROM lane_events_1(of_branch, of_lane, l.head, known) e WHERE e.at > give_up ORDER BY e.last_event LIMIT 1;
        SELECT coalesce(sum(e.last_event - greatest(e.first_event, l.head) + 1), 0), max(e.last_event)
        INTO f.skipped, last
        FROM lane_events_1(of_branch, of_lane, l.head, coalesce(fresh - 1, known)) e;
        IF f.skipped > 0 THEN
            l.gap_first := coalesce(l.gap_first, l.head);
            l.gap_last := last;
            l.gap_count := l.gap_count + f.skipped;
            l.gap_since := moment;
            l.head := fresh;
        END IF;
    END IF;
    f.gap_first := l.gap_first;
    f.gap_last := l.gap_last;
    f.gap_count := l.gap_count;
    f.gap_since := l.gap_since;
    IF f.skipped = 0 AND l.head IS NULL AND l.gap_since <= give_up THEN
        f.result := 'given_up';
        DELETE FROM delivery_lanes o WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane;
        RETURN f;
    END IF;
    f.result := 'later';
    UPDATE delivery_lanes o
    SET head = l.head, gap_first = l.gap_first, gap_last = l.gap_last, gap_count = l.gap_count,
        gap_since = l.gap_since, visible_at = later(moment, delay), claim = 0
    WHERE o.branch = of_branch AND o.target = of_target AND o.lane = of_lane;
    RETURN f;
END
$$;
