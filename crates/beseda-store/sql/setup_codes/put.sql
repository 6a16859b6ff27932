-- Keeps a setup code, or when it was used.
INSERT INTO setup_codes (hash, email, expires_at, used_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at
