-- More ways to come in, and people who are found by their names.
ALTER TABLE people ADD COLUMN signed_out_at INTEGER;
-- The names in the form that a search compares. SQL knows lower case for Latin letters only, so the program writes it:
-- with every change, and when it opens a database in which somebody has none.
ALTER TABLE people ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX people_without_search ON people (search) WHERE search = '';
CREATE INDEX people_role ON people (role);

CREATE INDEX refresh_tokens_person ON refresh_tokens (person_id);
CREATE INDEX groups_teacher ON groups (teacher_id) WHERE teacher_id IS NOT NULL;

CREATE TABLE tickets (
    hash BLOB NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    proven_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_end ON tickets (expires_at);

CREATE TABLE api_keys (
    hash BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- words with a space between
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;

-- Whom a host application means where its names for people are no numbers.
CREATE TABLE subjects (
    issuer TEXT NOT NULL,
    name TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (issuer, name)
) STRICT, WITHOUT ROWID;
