-- Keeps an API key, or when it was revoked.
INSERT INTO api_keys (hash, name, scopes, created_at, revoked_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE SET revoked_at = excluded.revoked_at
