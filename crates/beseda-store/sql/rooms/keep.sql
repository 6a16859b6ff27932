-- Keeps a room's numbers, and what it is about.
UPDATE rooms
SET seq = $1, head = $2, shown = $3, erased = $4, changed = $5, updated_at = $6, key = $7, title = $8, order_id = $9
WHERE id = $10
