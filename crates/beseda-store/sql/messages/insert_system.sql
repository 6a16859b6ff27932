-- Keeps a new message of nobody's; nothing where its client id is taken by another one.
INSERT INTO messages (room_id, seq, id, client_id, text, created_at, sent_head, changed, files, extra)
VALUES ($1, $2, (SELECT coalesce(max(id), 0) + 1 FROM messages), $3, $4, $5, $6, $6, $7, $8)
ON CONFLICT (room_id, client_id) WHERE sender_id IS NULL AND client_id IS NOT NULL DO NOTHING
RETURNING id
