-- Whether there ever was a migration.
SELECT to_regclass(format('%I.beseda_migrations', current_schema())) IS NOT NULL
