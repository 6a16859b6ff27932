-- What the staff of the desk says again and again.
CREATE TABLE canned_replies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL UNIQUE,
    shortcut TEXT NOT NULL UNIQUE, -- in small letters
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- When somebody is at the desk: one row at most.
CREATE TABLE hours (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    zone TEXT NOT NULL,
    week TEXT NOT NULL, -- pairs of minutes, as JSON
    words TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
