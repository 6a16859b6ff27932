-- Forgets the refresh tokens that ended before a time.
DELETE FROM refresh_tokens WHERE expires_at < $1
