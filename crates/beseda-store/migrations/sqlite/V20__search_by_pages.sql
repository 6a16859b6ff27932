-- What a search of messages asks first. The index is made of segments, each of messages that stand one after the other; its
-- pages say which of them has what. They are made and read by the program, and what is found is looked at. All of it can be
-- made anew, and is.
DROP TABLE search;
DROP TABLE search_times;
CREATE TABLE search_segments (
    first INTEGER PRIMARY KEY, -- its first message, and its name
    last INTEGER NOT NULL,
    messages INTEGER NOT NULL
) STRICT;
CREATE TABLE search_pages (
    segment INTEGER NOT NULL,
    at INTEGER NOT NULL, -- where it begins
    bytes BLOB NOT NULL,
    PRIMARY KEY (segment, at)
) STRICT, WITHOUT ROWID;
-- Between which moments the messages of 4096 numbers were sent, and the room of each, in two bytes.
CREATE TABLE search_stretches (
    stretch INTEGER PRIMARY KEY,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    rooms BLOB NOT NULL
) STRICT;
-- What messages have that have changed since.
CREATE TABLE search_changed (
    lexeme INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (lexeme, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_changed_message ON search_changed (id);
-- Messages of which nothing may be left.
CREATE TABLE search_gone (id INTEGER PRIMARY KEY) STRICT;
-- How many times messages have come below others.
ALTER TABLE search_marks ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
UPDATE search_marks SET lexemes = '', done = 0, bound = 0, moment = 0;
