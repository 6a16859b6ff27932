-- Forgets tickets that end later than any that a clock gave which was right.
DELETE FROM tickets WHERE expires_at > $1
