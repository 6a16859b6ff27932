-- Forgets the highest number that a table ever gave.
DELETE FROM sqlite_sequence WHERE name = '{table}'
