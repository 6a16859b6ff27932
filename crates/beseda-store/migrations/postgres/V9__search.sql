-- What a search of messages asks first: the lexemes of each, by its number among all. They are made and read by the program,
-- and what is found is looked at, so that nothing but them is kept. All of it can be made anew. Negative ones say in which
-- stretch of numbers it is.
CREATE TABLE search (id BIGINT PRIMARY KEY, lexemes INTEGER[] NOT NULL);
-- Whoever searches reads through what is not in its place yet: whoever adds many puts them there, and else it is not much.
CREATE INDEX search_lexemes ON search USING gin (lexemes) WITH (fastupdate = on, gin_pending_list_limit = 128);
CREATE TABLE search_marks (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    lexemes TEXT NOT NULL, -- how they were made
    done BIGINT NOT NULL, -- every message up to this one is in it
    bound BIGINT NOT NULL, -- up to this one it is so once the transactions of a moment are over
    moment BIGINT NOT NULL
);
INSERT INTO search_marks (id, lexemes, done, bound, moment) VALUES (1, '', 0, 0, 0);
-- Between which moments the messages of some numbers were sent that are in it: 4096 numbers a row.
CREATE TABLE search_times (
    stretch BIGINT PRIMARY KEY,
    oldest BIGINT NOT NULL,
    newest BIGINT NOT NULL
);
