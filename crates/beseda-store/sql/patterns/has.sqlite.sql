-- Whether there is such a table.
SELECT 1 FROM sqlite_schema WHERE name = '{table}'
