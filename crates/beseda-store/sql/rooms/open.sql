-- Opens a room, unless one with its key stands.
INSERT INTO rooms (uuid, key, kind, order_id, group_id, title, created_at, updated_at, changed_at, tick, active, moved)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $7, $7, (SELECT tick FROM ticks),
    (SELECT coalesce(max(x.id), 0) FROM messages x),
    (SELECT coalesce(max(r.moved), 0) + 1 FROM rooms r WHERE r.moved > 0)
)
ON CONFLICT (key) DO NOTHING
RETURNING id
