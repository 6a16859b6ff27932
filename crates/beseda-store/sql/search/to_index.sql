-- The oldest messages behind a number, erased ones too.
SELECT x.id, x.room_id, x.sender_id, x.files > 0, x.text, x.created_at FROM messages x WHERE x.id > $1 ORDER BY x.id LIMIT $2
