-- Opens a room, unless one with its key stands.
INSERT INTO rooms (uuid, key, kind, order_id, group_id, title, created_at, updated_at, changed_at, tick, active, moved)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $7, $7, (SELECT tick FROM ticks),
    coalesce(pg_sequence_last_value('message_ids'), 0), nextval('room_moves')
)
ON CONFLICT (key) DO NOTHING
RETURNING id
