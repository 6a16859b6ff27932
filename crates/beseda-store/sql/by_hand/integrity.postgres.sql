-- What is broken, one thing a row: damaged pages that the server has met since it began to count, and indexes that do not
-- count.
SELECT format('%s damaged pages', d.checksum_failures)
FROM pg_stat_database d
WHERE d.datname = current_database() AND d.checksum_failures > 0
UNION ALL
SELECT format('the index %s is not valid', c.relname)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready)
