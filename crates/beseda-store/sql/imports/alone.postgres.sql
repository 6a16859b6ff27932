-- Whether no server serves this database; if so, none will before the transaction has ended.
SELECT pg_try_advisory_xact_lock(hashtext('beseda-server' || current_schema()))
