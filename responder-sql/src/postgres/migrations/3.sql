-- What an admin server keeps, and a branch of what it was given. Times are as in the other tables.

CREATE TABLE settings_revisions (
    branch text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL
);
-- A value is JSON: plain, or sealed.
CREATE TABLE settings (
    branch text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (branch, name)
);

-- The number of somebody who is gone is never given again.
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    is_admin boolean NOT NULL,
    permissions text NOT NULL,
    password text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL
);

-- Known by the hash of what the browser has.
CREATE TABLE sessions (
    hash bytea PRIMARY KEY,
    user_id bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    branch text COLLATE "C",
    entry text NOT NULL
);
CREATE INDEX audit_by_branch ON audit (branch, id) WHERE branch IS NOT NULL;

CREATE FUNCTION record_audit_1(of_branch text, what text) RETURNS bigint LANGUAGE sql VOLATILE
AS 'INSERT INTO audit (at, branch, entry) VALUES (micros(), $1, $2) RETURNING id';

-- Without an entry nothing is recorded.
CREATE FUNCTION save_settings_1(
    of_branch text, known bigint, names text[], texts text[], what text, OUT is_saved boolean, OUT present bigint
) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO settings_revisions (branch, revision) VALUES (of_branch, 0) ON CONFLICT (branch) DO NOTHING;
    SELECT r.revision INTO present FROM settings_revisions r WHERE r.branch = of_branch FOR UPDATE;
    is_saved := present = known;
    IF NOT is_saved THEN
        RETURN;
    END IF;
    DELETE FROM settings s WHERE s.branch = of_branch AND s.name = ANY (names);
    INSERT INTO settings (branch, name, value)
    SELECT of_branch, n.name, n.value FROM unnest(names, texts) AS n (name, value) WHERE n.value IS NOT NULL;
    UPDATE settings_revisions r SET revision = r.revision + 1 WHERE r.branch = of_branch RETURNING r.revision INTO present;
    IF what IS NOT NULL THEN
        PERFORM record_audit_1(of_branch, what);
    END IF;
END $$;

-- Whoever changes users goes one after the other, so that names and the last admin are judged rightly.
CREATE FUNCTION add_user_1(
    new_name text, admin boolean, allowed text, hash text, only_first boolean, of_branch text, what text,
    OUT result text, OUT person users
) LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
    IF only_first AND EXISTS (SELECT FROM users) THEN
        result := 'not_first';
    ELSIF EXISTS (SELECT FROM users u WHERE u.name = new_name) THEN
        result := 'name_taken';
    ELSE
        INSERT INTO users (name, is_admin, permissions, password, version, created_at)
        VALUES (new_name, admin, allowed, hash, 1, micros()) RETURNING * INTO person;
        PERFORM record_audit_1(of_branch, what);
        result := 'done';
    END IF;
END $$;

CREATE FUNCTION is_last_admin_1(person users) RETURNS boolean LANGUAGE sql STABLE
AS 'SELECT ($1).is_admin AND NOT EXISTS (SELECT FROM users u WHERE u.is_admin AND u.id <> ($1).id)';

-- Without a hash the password stays.
CREATE FUNCTION change_user_1(
    of_user bigint, known bigint, new_name text, admin boolean, allowed text, hash text, of_branch text, what text,
    OUT result text, OUT person users
) LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO person FROM users u WHERE u.id = of_user;
    IF person.id IS NULL THEN
        result := 'not_found';
    ELSIF person.version <> known THEN
        result := 'changed';
    ELSIF EXISTS (SELECT FROM users u WHERE u.name = new_name AND u.id <> of_user) THEN
        result := 'name_taken';
    ELSIF NOT admin AND is_last_admin_1(person) THEN
        result := 'last_admin';
    ELSE
        UPDATE users u SET name = new_name, is_admin = admin, permissions = allowed,
            password = coalesce(hash, u.password), version = u.version + 1
        WHERE u.id = of_user RETURNING u.* INTO person;
        DELETE FROM sessions s WHERE s.user_id = of_user;
        PERFORM record_audit_1(of_branch, what);
        result := 'done';
    END IF;
END $$;

CREATE FUNCTION remove_user_1(of_user bigint, of_branch text, what text, OUT result text, OUT person users)
LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO person FROM users u WHERE u.id = of_user;
    IF person.id IS NULL THEN
        result := 'not_found';
    ELSIF is_last_admin_1(person) THEN
        result := 'last_admin';
    ELSE
        DELETE FROM users u WHERE u.id = of_user;
        DELETE FROM sessions s WHERE s.user_id = of_user;
        PERFORM record_audit_1(of_branch, what);
        result := 'done';
    END IF;
END $$;

-- The row of the user is locked, so that whoever changes it meanwhile finds the session, or the session that change.
CREATE FUNCTION begin_session_1(
    new_hash bytea, of_user bigint, known bigint, life bigint, old_hash bytea, of_branch text, what text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM users u WHERE u.id = of_user AND u.version = known FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM sessions s WHERE s.expires_at <= micros() OR s.hash = old_hash;
    INSERT INTO sessions (hash, user_id, expires_at) VALUES (new_hash, of_user, later(micros(), life));
    PERFORM record_audit_1(of_branch, what);
    RETURN true;
END $$;

CREATE FUNCTION end_session_1(old_hash bytea, of_branch text, what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions s WHERE s.hash = old_hash;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM record_audit_1(of_branch, what);
    RETURN true;
END $$;
