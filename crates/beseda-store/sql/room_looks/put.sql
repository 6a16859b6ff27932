-- Keeps how a room looks.
INSERT INTO room_looks (room_id, avatar_url, custom, subject)
VALUES ($1, $2, $3, $4)
ON CONFLICT (room_id) DO UPDATE SET
    avatar_url = excluded.avatar_url,
    custom = excluded.custom,
    subject = excluded.subject
