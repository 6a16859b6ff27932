-- Keeps a room's numbers, and what it is about.
UPDATE rooms
SET seq = $1, head = $2, shown = $3, erased = $4, changed = $5, updated_at = $6, ahead = $7, key = $8, title = $9,
    order_id = $10
WHERE id = $11
