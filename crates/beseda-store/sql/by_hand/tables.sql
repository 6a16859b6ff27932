-- The tables, by their names.
SELECT s.name FROM sqlite_schema s WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' ORDER BY s.name
