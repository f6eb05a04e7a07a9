-- Tries to log in, by the hash of an account or an address; bounded by whoever writes.
CREATE TABLE login_tries (
    subject bytea PRIMARY KEY,
    count bigint NOT NULL,
    last bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Changes of tries, one after the other, so that all are judged by what is there. No count: not there.
CREATE FUNCTION change_tries_1(
    subjects bytea[], seen_counts bigint[], seen_lasts bigint[], new_counts bigint[], new_lasts bigint[],
    most bigint, free bigint, life bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    LOCK TABLE login_tries IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (
        SELECT FROM unnest(subjects, seen_counts, seen_lasts) AS s (subject, count, last)
        LEFT JOIN login_tries t ON t.subject = s.subject
        WHERE t.count IS DISTINCT FROM s.count OR t.last IS DISTINCT FROM s.last
    ) THEN
        RETURN false;
    END IF;
    SELECT count(*) INTO added FROM unnest(seen_counts, new_counts) AS n (old_count, new_count)
    WHERE n.old_count IS NULL AND n.new_count IS NOT NULL;
    IF added > 0 AND added + (SELECT count(*) FROM login_tries) > most THEN
        DELETE FROM login_tries t WHERE t.last <= micros() - life;
        IF added + (SELECT count(*) FROM login_tries) > most THEN
            DELETE FROM login_tries t WHERE t.count <= free;
        END IF;
        IF added + (SELECT count(*) FROM login_tries) > most THEN
            DELETE FROM login_tries t;
        END IF;
    END IF;
    DELETE FROM login_tries t USING unnest(subjects, new_counts) AS n (subject, count)
    WHERE t.subject = n.subject AND n.count IS NULL;
    INSERT INTO login_tries (subject, count, last)
    SELECT n.subject, n.count, n.last FROM unnest(subjects, new_counts, new_lasts) AS n (subject, count, last)
    WHERE n.count IS NOT NULL
    ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last;
    RETURN true;
END $$;
