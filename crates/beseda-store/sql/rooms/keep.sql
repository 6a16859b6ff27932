-- Keeps a room's numbers, and what it is about.
UPDATE rooms
SET seq = $1, head = $2, shown = $3, erased = $4, changed = $5, updated_at = $6, ahead = $7,
    closed = $8, extra = $9, changed_at = $10, key = $11, title = $12, order_id = $13, tick = (SELECT tick FROM ticks)
WHERE id = $14
