-- Keeps a session, or when it was last seen.
INSERT INTO sessions (hash, person_id, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE SET seen_at = excluded.seen_at, expires_at = excluded.expires_at
