-- Ends the server's process for a lost connection and waits until it is gone.
SELECT pg_terminate_backend(a.pid, 5000)
FROM pg_stat_activity a
WHERE a.pid = $1 AND (extract(epoch FROM a.backend_start) * 1000000)::bigint = $2
