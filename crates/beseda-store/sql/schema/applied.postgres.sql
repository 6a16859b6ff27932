-- The applied migrations.
SELECT h.version FROM beseda_migrations h ORDER BY h.version
