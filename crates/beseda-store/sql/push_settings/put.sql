-- Keeps how a person wants to be told.
INSERT INTO push_settings (person_id, is_on, preview, quiet_zone, quiet_from, quiet_to)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (person_id) DO UPDATE SET
    is_on = excluded.is_on,
    preview = excluded.preview,
    quiet_zone = excluded.quiet_zone,
    quiet_from = excluded.quiet_from,
    quiet_to = excluded.quiet_to
