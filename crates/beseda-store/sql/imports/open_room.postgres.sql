-- Opens a room under a number.
INSERT INTO rooms (id, uuid, key, kind, order_id, title, created_at, updated_at, changed_at, tick, active, moved)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $8, (SELECT tick FROM ticks),
    coalesce(pg_sequence_last_value('message_ids'), 0), nextval('room_moves')
)
