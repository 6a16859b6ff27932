-- Calls whoever listens, after the commit.
SELECT pg_notify('beseda', current_schema())
