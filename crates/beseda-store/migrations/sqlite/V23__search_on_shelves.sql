-- The pages of an index by one number each: the shelf of their segment, which of them it is, and so a short way to each. Of fewer
-- messages together it is known when they were sent and in which rooms. All that is there is emptied, and made anew, in code.
DROP TABLE search_pages;
DROP TABLE search_segments;
CREATE TABLE search_segments (
    first INTEGER PRIMARY KEY, -- its first message, and its name
    last INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    shelf INTEGER NOT NULL UNIQUE CHECK (shelf BETWEEN 0 AND 524287)
) STRICT;
CREATE TABLE search_pages (
    id INTEGER PRIMARY KEY, -- shelf << 43 | where it begins
    bytes BLOB NOT NULL
) STRICT;
-- A row of it is of 512 numbers from now on.
CREATE INDEX search_stretches_sent ON search_stretches (oldest, newest);
UPDATE search_marks SET lexemes = '', done = 0, bound = 0, moment = 0;
