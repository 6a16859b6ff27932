-- Forgets the tickets that ended before a time.
DELETE FROM tickets WHERE expires_at < $1
