-- Notes that a migration was applied.
INSERT INTO beseda_migrations (version, name) VALUES ($1, $2)
