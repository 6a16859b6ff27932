-- Ends a session.
DELETE FROM sessions WHERE hash = $1
