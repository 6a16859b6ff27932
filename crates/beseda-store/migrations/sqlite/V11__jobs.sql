-- Jobs: what was promised in a transaction and is done after it, outside. A row is gone once its job is done. No number is
-- given twice (AUTOINCREMENT): operators name dead jobs by it.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    errand TEXT NOT NULL,
    about TEXT NOT NULL,
    due_at INTEGER NOT NULL, -- while somebody is at it: when another one may take it
    tries INTEGER NOT NULL DEFAULT 0,
    failure TEXT, -- of the last try that failed
    dead INTEGER NOT NULL DEFAULT 0, -- kept to be looked at, and not tried any more
    UNIQUE (errand, about)
) STRICT;
CREATE INDEX jobs_due ON jobs (dead, due_at, id);
