-- What a search of messages asks first. The index is made of segments, each of messages that stand one after the other; its
-- pages say which of them has what. They are made and read by the program, and what is found is looked at. All of it can be
-- made anew, and is.
DROP TABLE search;
DROP TABLE search_times;
CREATE TABLE search_segments (
    first BIGINT PRIMARY KEY, -- its first message, and its name
    last BIGINT NOT NULL,
    messages BIGINT NOT NULL
);
CREATE TABLE search_pages (
    segment BIGINT NOT NULL,
    at BIGINT NOT NULL, -- where it begins
    bytes BYTEA NOT NULL,
    PRIMARY KEY (segment, at)
);
-- Between which moments the messages of 4096 numbers were sent, and the room of each, in two bytes.
CREATE TABLE search_stretches (
    stretch BIGINT PRIMARY KEY,
    oldest BIGINT NOT NULL,
    newest BIGINT NOT NULL,
    rooms BYTEA NOT NULL
);
-- Neither gets smaller by being packed again.
ALTER TABLE search_pages ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE search_stretches ALTER COLUMN rooms SET STORAGE EXTERNAL;
-- What messages have that have changed since.
CREATE TABLE search_changed (
    lexeme BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (lexeme, id)
);
CREATE INDEX search_changed_message ON search_changed (id);
-- Messages of which nothing may be left.
CREATE TABLE search_gone (id BIGINT PRIMARY KEY);
-- How many times messages have come below others.
ALTER TABLE search_marks ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
UPDATE search_marks SET lexemes = '', done = 0, bound = 0, moment = 0;
