-- Keeps a new message of nobody's and moves its room's numbers on, in one round trip; nothing of it where its client id
-- is taken by another one.
WITH sent AS (
    INSERT INTO messages (room_id, seq, id, client_id, text, created_at, sent_head, changed, files, extra)
    VALUES ($1, $2, nextval('message_ids'), $3, $4, $5, $6, $6, $7, $8)
    ON CONFLICT (room_id, client_id) WHERE sender_id IS NULL AND client_id IS NOT NULL DO NOTHING
    RETURNING id
),
moved AS (
    UPDATE rooms SET seq = $2, shown = $2, head = $6, updated_at = $5,
        active = (SELECT id FROM sent), moved = 0, tick = (SELECT tick FROM ticks)
    WHERE id = $1 AND EXISTS (SELECT 1 FROM sent)
)
SELECT id FROM sent
