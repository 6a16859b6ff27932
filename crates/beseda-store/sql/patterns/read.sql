-- Every row of a table.
SELECT {columns} FROM "{table}"
