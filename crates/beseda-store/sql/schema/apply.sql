-- Notes that a migration was applied.
INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
VALUES ($1, $2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), '')
