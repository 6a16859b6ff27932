-- The applied migrations.
SELECT h.version FROM refinery_schema_history h ORDER BY h.version
