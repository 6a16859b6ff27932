-- Brings sessions back that a clock began or touched which was ahead; those that it began live for as long as they were given.
UPDATE sessions
SET expires_at = CASE WHEN created_at > $1 THEN $2 + (expires_at - created_at) ELSE expires_at END,
    created_at = CASE WHEN created_at > $1 THEN $2 ELSE created_at END,
    seen_at = $2
WHERE expires_at > $2 AND seen_at > $1
