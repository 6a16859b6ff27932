-- What gives the numbers of a table.
SELECT pg_get_serial_sequence(format('%I.%I', current_schema(), '{table}'), 'id')
