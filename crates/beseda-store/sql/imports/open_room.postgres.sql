-- Opens a room under a number.
INSERT INTO rooms (id, uuid, key, kind, order_id, title, created_at, updated_at, active, moved)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8,
    coalesce(pg_sequence_last_value('message_ids'), 0), nextval('room_moves')
)
