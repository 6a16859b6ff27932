-- Who there is, and what lets them in. Times are microseconds since 1970 in UTC, as everywhere in this database.
PRAGMA application_id = 1113944933; -- "Bese": how a database of ours is known from anybody else's

CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL,
    password_hash TEXT
) STRICT;
-- Each is a way to log in, so each belongs to one person; empty means that there is none.
CREATE UNIQUE INDEX people_username ON people (username) WHERE username <> '';
CREATE UNIQUE INDEX people_email ON people (lower(email)) WHERE email <> '';
CREATE UNIQUE INDEX people_phone ON people (phone) WHERE phone <> '';

CREATE TABLE sessions (
    hash BLOB NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_end ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    family TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    successor TEXT,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_end ON refresh_tokens (expires_at);
