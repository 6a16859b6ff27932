-- How many tables and views there are besides those that SQLite and the migrations keep for themselves.
SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'refinery%' AND name NOT LIKE 'sqlite%'
