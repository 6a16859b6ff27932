-- Where the applied migrations stand. That there is such a table tells that a database is ours.
CREATE TABLE IF NOT EXISTS beseda_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)
