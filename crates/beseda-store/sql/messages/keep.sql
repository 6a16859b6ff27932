-- Keeps what changed of a message; an erased one has no files any more.
UPDATE messages
SET text = $1, edited_at = $2, erased_at = $3, changed = $4, extra = $5,
    files = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN files ELSE 0 END
WHERE room_id = $6 AND seq = $7
