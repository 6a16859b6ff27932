-- Opens a room, unless one with its key stands.
INSERT INTO rooms (uuid, key, kind, order_id, group_id, title, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (key) DO NOTHING
RETURNING id
