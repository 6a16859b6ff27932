-- Moves a room's numbers on: it has a new message. What has an index is left alone, but for a visitor's room.
UPDATE rooms
SET seq = $1, shown = $1, head = $2, updated_at = $3, active = $4, moved = 0,
    tick = (SELECT tick FROM ticks)
WHERE id = $5
