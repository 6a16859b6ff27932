-- What a search of messages asks first: the lexemes of each, by its number among all. They are made and read by the program,
-- and what is found is looked at, so that nothing but them is kept. All of it can be made anew.
CREATE VIRTUAL TABLE search USING fts5 (
    lexemes, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii'
);
CREATE TABLE search_marks (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lexemes TEXT NOT NULL, -- how they were made
    done INTEGER NOT NULL, -- every message up to this one is in it
    bound INTEGER NOT NULL, -- up to this one it is so once what was written at a moment is over
    moment INTEGER NOT NULL
) STRICT;
INSERT INTO search_marks (id, lexemes, done, bound, moment) VALUES (1, '', 0, 0, 0);
-- Between which moments the messages of some numbers were sent that are in it: 4096 numbers a row.
CREATE TABLE search_times (
    stretch INTEGER PRIMARY KEY,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL
) STRICT;
