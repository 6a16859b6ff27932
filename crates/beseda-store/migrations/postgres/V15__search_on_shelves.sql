-- The pages of an index by one number each: the shelf of their segment, which of them it is, and so a short way to each. Of fewer
-- messages together it is known when they were sent and in which rooms. All that is there is emptied, and made anew, in code.
DROP TABLE search_pages;
DROP TABLE search_segments;
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
-- It gets no smaller by being packed again.
ALTER TABLE search_pages ALTER COLUMN bytes SET STORAGE EXTERNAL;
-- A row of it is of 512 numbers from now on.
CREATE INDEX search_stretches_sent ON search_stretches (oldest, newest);
UPDATE search_marks SET lexemes = '', done = 0, bound = 0, moment = 0;
