-- The columns of a table.
SELECT c.name FROM pragma_table_info('{table}') c ORDER BY c.cid
