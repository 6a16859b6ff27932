-- Forgets the sessions that ended before a time.
DELETE FROM sessions WHERE expires_at < $1
