-- The highest number that a table ever gave.
SELECT q.seq FROM sqlite_sequence q WHERE q.name = '{table}'
