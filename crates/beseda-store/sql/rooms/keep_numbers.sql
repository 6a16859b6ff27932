-- Keeps a room's numbers where nothing else of it changed: what a send does. The key has an index, which is left
-- alone as long as the key is not set.
UPDATE rooms
SET seq = $1, head = $2, shown = $3, erased = $4, changed = $5, updated_at = $6, ahead = $7,
    closed = $8, extra = $9, changed_at = $10, tick = (SELECT tick FROM ticks)
WHERE key = $11 AND title = $12 AND id = $13
