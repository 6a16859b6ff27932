-- Whether there ever was a migration.
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')
