-- The refresh token with a name, used or not.
SELECT t.jti, t.family, t.person_id, t.issued_at, t.expires_at, t.used_at, t.successor, t.revoked_at
FROM refresh_tokens t
WHERE t.jti = $1
