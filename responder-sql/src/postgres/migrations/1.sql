-- Times are microseconds since 1970-01-01T00:00:00Z, on this server's clock. Texts are compared byte by byte.
--
-- Whoever writes to an emergency holds the row of its branch until the end of the transaction: the limit is counted,
-- and events get their ids, one after the other. All rows of branches that a transaction needs are locked first, in the
-- order of their names, so that no two transactions wait for each other.

CREATE FUNCTION micros() RETURNS bigint LANGUAGE sql VOLATILE
AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

-- Ends at the end of time.
CREATE FUNCTION later(at bigint, span bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS 'SELECT at + least(span, 9223372036854775807 - at)';

CREATE TABLE branches (
    branch text COLLATE "C" PRIMARY KEY,
    availability text NOT NULL DEFAULT '"enabled"',
    -- The id of the last event. Counted in the transaction that writes the events.
    last_event bigint NOT NULL DEFAULT 0,
    -- How many open emergencies occupy it: to count them anew takes the longer the more there are, and each report asks.
    occupied bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- A state is read and written as a whole, so it stays in its row, uncompressed, up to the size of a page.
CREATE TABLE emergencies (
    id text COLLATE "C" PRIMARY KEY,
    branch text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    format bigint NOT NULL,
    next_deadline bigint,
    occupies boolean NOT NULL,
    opened_at bigint NOT NULL,
    concluded_at bigint,
    state text NOT NULL,
    -- What people must know when the state can't be read.
    card text NOT NULL
) WITH (fillfactor = 60, toast_tuple_target = 8160);
CREATE INDEX emergencies_by_branch ON emergencies (branch, id);
CREATE INDEX emergencies_open ON emergencies (branch, next_deadline, id, format) WHERE concluded_at IS NULL;
CREATE INDEX emergencies_concluded ON emergencies (branch, concluded_at, id) WHERE concluded_at IS NOT NULL;

-- What each commit was called and made: the receipts, and the events as a JSON array, numbered from first_event to
-- last_event.
CREATE TABLE commits (
    emergency text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    id bytea NOT NULL,
    branch text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    first_event bigint,
    last_event bigint,
    events text,
    PRIMARY KEY (emergency, version)
) WITH (toast_tuple_target = 8160);
CREATE INDEX commits_by_event ON commits (branch, last_event) WHERE last_event IS NOT NULL;

-- What happened outside of any emergency, numbered among the events of the commits.
CREATE TABLE branch_events (
    branch text COLLATE "C" NOT NULL,
    last_event bigint NOT NULL,
    first_event bigint NOT NULL,
    at bigint NOT NULL,
    events text NOT NULL,
    PRIMARY KEY (branch, last_event)
);

CREATE TABLE commands (
    emergency text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    branch text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    priority bigint NOT NULL,
    due bigint NOT NULL,
    -- When it can be claimed: when it is due, or when its lease runs out. In no index, so that a claim changes none.
    visible_at bigint NOT NULL,
    -- What is to be done; with the two columns of the key it is the command.
    action text NOT NULL,
    claims bigint NOT NULL DEFAULT 0,
    -- Claims that ended without a word.
    lost bigint NOT NULL DEFAULT 0,
    is_claimed boolean NOT NULL DEFAULT false,
    -- Who claimed it last; for people who look.
    worker text,
    -- An outcome that the machine has not heard of: withdrawn, abandoned.
    verdict text,
    outcome text,
    PRIMARY KEY (emergency, number)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX commands_waiting ON commands (branch, priority, due, emergency, number) WHERE outcome IS NULL;

-- By what a callback finds its emergency.
CREATE TABLE calls (
    branch text COLLATE "C" NOT NULL,
    call text COLLATE "C" NOT NULL,
    emergency text COLLATE "C" NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (branch, call)
);
CREATE TABLE messages (
    branch text COLLATE "C" NOT NULL,
    message text COLLATE "C" NOT NULL,
    emergency text COLLATE "C" NOT NULL,
    PRIMARY KEY (branch, message)
);

-- A key is bytes: a text here can't hold every character that one can have.
CREATE TABLE report_keys (
    branch text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    body_hash bytea NOT NULL,
    emergency text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (branch, key)
);
CREATE INDEX report_keys_by_age ON report_keys (branch, at);

-- An opening (its branch is named) or a commit. Long texts stand beside it, in an array that several share: after
-- `base` come state, card, events, outcome, and an action for each command.
CREATE TYPE op_1 AS (
    base integer,
    branch text,
    most bigint,
    key text,
    body_hash text,
    key_life bigint,
    emergency text,
    id text,
    version bigint,
    format bigint,
    next_deadline bigint,
    occupies boolean,
    opened_at bigint,
    concluded_at bigint,
    events bigint,
    settles bigint,
    withdraw bigint[],
    calls text[],
    lines text[],
    messages text[],
    numbers bigint[],
    kinds text[],
    priorities bigint[],
    claimed boolean[],
    worker text,
    lease bigint
);

CREATE TYPE answer_1 AS (
    -- written, repeated, existing, key_reused, disabled, busy, conflict, not_found, settled, later
    result text,
    branch text,
    version bigint,
    first_event bigint,
    at bigint,
    -- The emergency that exists, or the outcome that counts.
    known text,
    -- Claims of a commit that was repeated, and until when they last.
    held bigint[],
    until bigint[]
);

-- The answer to an opening or commit that took place before; the result is null if it did not.
CREATE FUNCTION repeated_1(o op_1, moment bigint) RETURNS answer_1 LANGUAGE plpgsql AS $$
DECLARE
    answer answer_1;
BEGIN
    SELECT c.branch, c.version, c.first_event INTO answer.branch, answer.version, answer.first_event
    FROM commits c WHERE c.emergency = o.emergency AND c.id = decode(o.id, 'hex');
    IF FOUND THEN
        answer.result := 'repeated';
        SELECT array_agg(c.number), array_agg(c.visible_at) INTO answer.held, answer.until
        FROM unnest(o.numbers, o.claimed) AS own (number, is_claimed)
        JOIN commands c ON c.emergency = o.emergency AND c.number = own.number
        WHERE own.is_claimed AND c.is_claimed AND c.claims = 1 AND c.visible_at > moment;
    END IF;
    RETURN answer;
END
$$;

-- Everything of an opening or commit but the emergency itself. `more` is by how many it makes those that occupy the
-- branch more.
CREATE FUNCTION add_rest_1(o op_1, texts text[], of_branch text, more integer, moment bigint) RETURNS answer_1
LANGUAGE plpgsql AS $$
DECLARE
    answer answer_1;
    last bigint;
    leased bigint;
BEGIN
    IF o.events > 0 OR more <> 0 THEN
        UPDATE branches b SET last_event = b.last_event + o.events, occupied = b.occupied + more
        WHERE b.branch = of_branch
        RETURNING b.last_event INTO last;
    END IF;
    IF o.events > 0 THEN
        answer.first_event := last - o.events + 1;
        INSERT INTO commits (emergency, version, id, branch, at, first_event, last_event, events)
        VALUES (o.emergency, o.version, decode(o.id, 'hex'), of_branch, moment, answer.first_event, last,
            texts[o.base + 3]);
    ELSE
        INSERT INTO commits (emergency, version, id, branch, at)
        VALUES (o.emergency, o.version, decode(o.id, 'hex'), of_branch, moment);
    END IF;
    IF o.settles IS NOT NULL THEN
        UPDATE commands SET outcome = texts[o.base + 4], is_claimed = false
        WHERE emergency = o.emergency AND number = o.settles;
    END IF;
    IF cardinality(o.numbers) > 0 THEN
        leased := later(moment, o.lease);
        INSERT INTO commands
            (emergency, number, branch, kind, priority, due, visible_at, action, claims, is_claimed, worker)
        SELECT o.emergency, c.number, of_branch, c.kind, c.priority, moment,
            CASE WHEN c.is_claimed THEN leased ELSE moment END, c.action, c.is_claimed::integer, c.is_claimed,
            CASE WHEN c.is_claimed THEN o.worker END
        FROM unnest(o.numbers, o.kinds, o.priorities, o.claimed,
                texts[o.base + 5 : o.base + 4 + cardinality(o.numbers)])
            AS c (number, kind, priority, is_claimed, action);
    END IF;
    IF cardinality(o.withdraw) > 0 THEN
        UPDATE commands SET verdict = 'withdrawn', due = moment, visible_at = moment
        WHERE emergency = o.emergency AND number = ANY (o.withdraw) AND NOT is_claimed AND lost = 0
            AND outcome IS NULL AND verdict IS NULL;
    END IF;
    IF cardinality(o.calls) > 0 THEN
        INSERT INTO calls (branch, call, emergency, line)
        SELECT of_branch, c.call, o.emergency, c.line FROM unnest(o.calls, o.lines) AS c (call, line)
        ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(o.messages) > 0 THEN
        INSERT INTO messages (branch, message, emergency)
        SELECT of_branch, m.message, o.emergency FROM unnest(o.messages) AS m (message)
        ON CONFLICT DO NOTHING;
    END IF;
    answer.result := 'written';
    answer.branch := of_branch;
    answer.version := o.version;
    answer.at := moment;
    RETURN answer;
END
$$;

CREATE FUNCTION open_1(o op_1, texts text[]) RETURNS answer_1 LANGUAGE plpgsql AS $$
DECLARE
    answer answer_1;
    moment bigint := micros();
    same_body boolean;
BEGIN
    IF EXISTS (SELECT FROM emergencies WHERE id = o.emergency) THEN
        answer := repeated_1(o, moment);
        answer.result := coalesce(answer.result, 'conflict');
        RETURN answer;
    END IF;
    IF o.key IS NOT NULL THEN
        SELECT k.emergency, k.body_hash = decode(o.body_hash, 'hex') INTO answer.known, same_body
        FROM report_keys k
        WHERE k.branch = o.branch AND k.key = decode(o.key, 'hex') AND k.at > moment - o.key_life;
        IF FOUND THEN
            answer.result := CASE WHEN same_body THEN 'existing' ELSE 'key_reused' END;
            RETURN answer;
        END IF;
    END IF;
    SELECT CASE WHEN b.availability = '"disabled"' THEN 'disabled' WHEN b.occupied >= o.most THEN 'busy' END
    INTO answer.result FROM branches b WHERE b.branch = o.branch;
    IF answer.result IS NOT NULL THEN
        RETURN answer;
    END IF;
    IF o.key IS NOT NULL THEN
        DELETE FROM report_keys WHERE branch = o.branch AND at <= moment - o.key_life;
        INSERT INTO report_keys (branch, key, body_hash, emergency, at)
        VALUES (o.branch, decode(o.key, 'hex'), decode(o.body_hash, 'hex'), o.emergency, moment);
    END IF;
    INSERT INTO emergencies
        (id, branch, version, format, next_deadline, occupies, opened_at, concluded_at, state, card)
    VALUES (o.emergency, o.branch, o.version, o.format, o.next_deadline, o.occupies, o.opened_at, o.concluded_at,
        texts[o.base + 1], texts[o.base + 2]);
    RETURN add_rest_1(o, texts, o.branch, o.occupies::integer, moment);
END
$$;

CREATE FUNCTION commit_1(o op_1, texts text[]) RETURNS answer_1 LANGUAGE plpgsql AS $$
DECLARE
    answer answer_1;
    moment bigint := micros();
    of_branch text;
    more integer;
BEGIN
    UPDATE emergencies e
    SET version = o.version, format = o.format, state = texts[o.base + 1], next_deadline = o.next_deadline,
        occupies = o.occupies, concluded_at = o.concluded_at
    FROM emergencies before
    WHERE before.id = o.emergency AND e.id = o.emergency AND e.version = o.version - 1 AND (o.settles IS NULL OR EXISTS (
        SELECT FROM commands c WHERE c.emergency = o.emergency AND c.number = o.settles AND c.outcome IS NULL))
    RETURNING e.branch, o.occupies::integer - before.occupies::integer INTO of_branch, more;
    IF FOUND THEN
        RETURN add_rest_1(o, texts, of_branch, more, moment);
    END IF;
    answer := repeated_1(o, moment);
    IF answer.result IS NOT NULL THEN
        RETURN answer;
    END IF;
    answer.result := 'conflict';
    IF NOT EXISTS (SELECT FROM emergencies e WHERE e.id = o.emergency) THEN
        answer.result := 'not_found';
    ELSIF o.settles IS NOT NULL THEN
        SELECT c.outcome INTO answer.known FROM commands c WHERE c.emergency = o.emergency AND c.number = o.settles;
        IF NOT FOUND THEN
            answer.result := 'not_found';
        ELSIF answer.known IS NOT NULL THEN
            answer.result := 'settled';
        END IF;
    END IF;
    RETURN answer;
END
$$;

-- Carries out openings and commits, one after the other, in one transaction. What is refused changes nothing. Where
-- somebody else has locked the branch, an op is answered with `later`, unless we are to wait.
CREATE FUNCTION write_1(ops jsonb, texts text[], waits boolean) RETURNS SETOF answer_1 LANGUAGE plpgsql AS $$
DECLARE
    list op_1[];
    o op_1;
    answer answer_1;
    names text[];
    locked text[];
    added text[];
    of_op text;
BEGIN
    SELECT array_agg(op) INTO list FROM jsonb_populate_recordset(NULL::op_1, ops) AS op;
    SELECT array_agg(name ORDER BY name COLLATE "C") INTO names FROM (
        SELECT op.branch FROM unnest(list) AS op WHERE op.branch IS NOT NULL
        UNION
        SELECT e.branch FROM emergencies e
        WHERE e.id IN (SELECT op.emergency FROM unnest(list) AS op WHERE op.branch IS NULL)
    ) AS of_ops (name);
    IF waits THEN
        SELECT array_agg(mine.branch) INTO locked FROM (
            SELECT b.branch FROM branches b WHERE b.branch = ANY (names) ORDER BY b.branch FOR UPDATE
        ) AS mine;
    ELSE
        SELECT array_agg(mine.branch) INTO locked FROM (
            SELECT b.branch FROM branches b WHERE b.branch = ANY (names) ORDER BY b.branch FOR UPDATE SKIP LOCKED
        ) AS mine;
    END IF;
    locked := coalesce(locked, '{}');
    IF cardinality(locked) < cardinality(names) THEN
        WITH new AS (
            INSERT INTO branches (branch) SELECT name FROM unnest(names) AS name WHERE name <> ALL (locked)
            ON CONFLICT DO NOTHING
            RETURNING branch
        )
        SELECT array_agg(new.branch) INTO added FROM new;
        locked := locked || coalesce(added, '{}');
    END IF;
    FOREACH o IN ARRAY coalesce(list, '{}') LOOP
        IF cardinality(locked) < cardinality(names) THEN
            of_op := coalesce(o.branch, (SELECT e.branch FROM emergencies e WHERE e.id = o.emergency));
            IF of_op <> ALL (locked) THEN
                answer := NULL;
                answer.result := 'later';
                answer.branch := of_op;
                RETURN NEXT answer;
                CONTINUE;
            END IF;
        END IF;
        IF o.branch IS NULL THEN
            RETURN NEXT commit_1(o, texts);
        ELSE
            RETURN NEXT open_1(o, texts);
        END IF;
    END LOOP;
END
$$;
