-- The server's process for this connection, and since when.
SELECT a.pid, (extract(epoch FROM a.backend_start) * 1000000)::bigint
FROM pg_stat_activity a
WHERE a.pid = pg_backend_pid()
