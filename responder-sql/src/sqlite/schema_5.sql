-- Tries to log in, by the hash of an account or an address; bounded by whoever writes.
CREATE TABLE login_tries (
    subject BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
