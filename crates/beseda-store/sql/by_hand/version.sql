-- Which SQLite this is.
SELECT 'SQLite ' || sqlite_version()
