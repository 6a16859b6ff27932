-- Keeps a new message, moves its room's numbers on and skips it for its own sender, in one round trip; nothing of it
-- where the sender's client id is taken.
WITH sent AS (
    INSERT INTO messages (room_id, seq, id, sender_id, client_id, text, created_at, sent_head, changed, files, extra)
    VALUES ($1, $2, nextval('message_ids'), $3, $4, $5, $6, $7, $7, $8, $9)
    ON CONFLICT (client_id, sender_id, room_id) WHERE client_id IS NOT NULL DO NOTHING
    RETURNING id
),
moved AS (
    UPDATE rooms SET seq = $2, shown = $2, head = $7, updated_at = $6,
        active = (SELECT id FROM sent), moved = 0, tick = (SELECT tick FROM ticks)
    WHERE id = $1 AND EXISTS (SELECT 1 FROM sent)
),
skipped AS (
    UPDATE members SET skip = skip + 1
    WHERE room_id = $1 AND person_id = $3 AND EXISTS (SELECT 1 FROM sent)
)
SELECT id FROM sent
