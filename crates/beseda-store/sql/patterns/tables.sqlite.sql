-- The tables in the order in which they were made, without what SQLite and the migrations keep for themselves, what counts
-- transactions, and what search looks in, which is made anew; and whether a number of one is never given twice.
SELECT s.name, s.sql LIKE '%AUTOINCREMENT%'
FROM sqlite_schema s
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' AND s.name NOT LIKE 'refinery%' AND s.name <> 'ticks'
    AND s.name NOT LIKE 'search%'
ORDER BY s.rowid
