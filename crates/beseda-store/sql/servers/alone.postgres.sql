-- Whether no other server serves this database; if so, none will as long as this connection stands.
SELECT pg_try_advisory_lock(hashtext('beseda-server' || current_schema()))
