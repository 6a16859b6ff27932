-- The session with a hash, ended or not.
SELECT s.hash, s.person_id, s.created_at, s.seen_at, s.expires_at
FROM sessions s
WHERE s.hash = $1
