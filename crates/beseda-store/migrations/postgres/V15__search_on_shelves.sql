-- The pages of an index by one number each: the shelf of their segment, which of them it is, and so a short way to each. Of fewer
-- messages together it is known when they were sent and in which rooms. The index is made anew.
DROP TABLE search_pages;
DROP TABLE search_segments;
DROP TABLE search_stretches;
CREATE TABLE search_segments (
    first BIGINT PRIMARY KEY, -- its first message, and its name
    last BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    shelf BIGINT NOT NULL UNIQUE CHECK (shelf BETWEEN 0 AND 524287)
);
CREATE TABLE search_pages (
    id BIGINT PRIMARY KEY, -- shelf << 43 | where it begins
    bytes BYTEA NOT NULL
);
-- Between which moments the messages of 512 numbers were sent, and the room of each, in two bytes.
CREATE TABLE search_stretches (
    stretch BIGINT PRIMARY KEY,
    oldest BIGINT NOT NULL,
    newest BIGINT NOT NULL,
    rooms BYTEA NOT NULL
);
-- Neither gets smaller by being packed again.
ALTER TABLE search_pages ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE search_stretches ALTER COLUMN rooms SET STORAGE EXTERNAL;
CREATE INDEX search_stretches_sent ON search_stretches (oldest, newest);
UPDATE search_marks SET lexemes = '', done = 0, bound = 0, moment = 0;
