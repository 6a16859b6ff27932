-- Keeps a new message; nothing where its sender's client id is taken.
INSERT INTO messages (room_id, seq, id, sender_id, client_id, text, created_at, sent_head, changed, files, extra)
VALUES ($1, $2, (SELECT coalesce(max(id), 0) + 1 FROM messages), $3, $4, $5, $6, $7, $7, $8, $9)
ON CONFLICT (client_id, sender_id, room_id) WHERE client_id IS NOT NULL DO NOTHING
RETURNING id
