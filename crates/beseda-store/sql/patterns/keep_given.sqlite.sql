-- Keeps the highest number that a table ever gave.
INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {given})
