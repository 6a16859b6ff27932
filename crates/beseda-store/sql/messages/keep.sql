-- Keeps what changed of a message.
UPDATE messages SET text = $1, edited_at = $2, erased_at = $3, changed = $4 WHERE room_id = $5 AND seq = $6
