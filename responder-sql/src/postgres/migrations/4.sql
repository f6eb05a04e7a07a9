-- Who acts on what is recorded, and how far each has come. Nothing is written here with a record: what is to be done is
-- found in the audit.
CREATE TABLE audit_readers (
    reader text COLLATE "C" PRIMARY KEY,
    -- The last entry that is done.
    last_entry bigint NOT NULL,
    -- Claims, ever: the last one may speak.
    claims bigint NOT NULL DEFAULT 0,
    tries bigint NOT NULL DEFAULT 0,
    -- Who claimed last; for people who look.
    worker text,
    visible_at bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- Whether somebody may be about to record something under a number that was given out already. Whoever records holds
-- this lock from before the number is drawn until the entry is there for all to see, or never will be.
CREATE FUNCTION is_recording_1() RETURNS boolean LANGUAGE sql VOLATILE
AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = 'audit'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    )
$$;

-- Entries become visible in another order than that of their numbers. So nothing behind a gap is handed out until it is
-- certain that the gap stays. Nobody waits for that: who asks again finds more. Each statement sees what is there when it
-- begins, which is why the entries are read once more after the look at the locks.
CREATE FUNCTION claim_audit_1(of_reader text, who text, most bigint, lease bigint)
RETURNS TABLE (claim bigint, times bigint, moment bigint, number bigint, recorded_at bigint, what text)
LANGUAGE plpgsql AS $$
DECLARE
    done bigint;
    last bigint;
    seen bigint;
BEGIN
    -- Asked all the time, mostly in vain: then nothing is locked.
    PERFORM FROM audit_readers r
    WHERE r.reader = of_reader AND r.visible_at <= micros() AND EXISTS (SELECT FROM audit a WHERE a.id > r.last_entry);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT r.last_entry INTO done FROM audit_readers r
    WHERE r.reader = of_reader AND r.visible_at <= micros() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT max(n.id), count(*) INTO last, seen
    FROM (SELECT a.id FROM audit a WHERE a.id > done ORDER BY a.id LIMIT most) n;
    IF last - done <> seen AND is_recording_1() THEN
        SELECT max(n.id) INTO last
        FROM (
            SELECT a.id, row_number() OVER (ORDER BY a.id) AS place FROM audit a WHERE a.id > done ORDER BY a.id LIMIT most
        ) n
        WHERE n.id = done + n.place;
    END IF;
    IF last IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH claimed AS (
        UPDATE audit_readers r
        SET claims = r.claims + 1, tries = r.tries + 1, worker = who, visible_at = later(micros(), lease)
        WHERE r.reader = of_reader RETURNING r.claims, r.tries
    )
    SELECT c.claims, c.tries, micros(), a.id, a.at, a.entry FROM claimed c, audit a
    WHERE a.id > done AND a.id <= last ORDER BY a.id;
END $$;

-- A switch, and the record of who did it.
CREATE FUNCTION switch_branch_1(of_branch text, setting text, recorded_of text, what text) RETURNS void LANGUAGE sql VOLATILE
AS $$
    INSERT INTO branches (branch, availability) VALUES ($1, $2)
    ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability;
    INSERT INTO audit (at, branch, entry) VALUES (micros(), $3, $4);
$$;
