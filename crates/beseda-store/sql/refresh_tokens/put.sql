-- Keeps a refresh token, or what changed of it.
INSERT INTO refresh_tokens (jti, family, person_id, issued_at, expires_at, used_at, successor, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (jti) DO UPDATE SET
    used_at = excluded.used_at,
    successor = excluded.successor,
    revoked_at = excluded.revoked_at
