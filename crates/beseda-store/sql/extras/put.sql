-- Keeps what is kept in one row beside a message.
INSERT INTO extras (room_id, seq, is_event, reply_to, custom, pinned_at, pinned_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (room_id, seq) DO UPDATE SET
    is_event = excluded.is_event,
    reply_to = excluded.reply_to,
    custom = excluded.custom,
    pinned_at = excluded.pinned_at,
    pinned_by = excluded.pinned_by
