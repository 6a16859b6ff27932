-- Keeps at which head a message changed, and what it has beside its text.
UPDATE messages SET changed = $1, extra = $2 WHERE room_id = $3 AND seq = $4
