-- The oldest messages from behind one number up to another, erased ones too.
SELECT x.id, x.room_id, x.sender_id, x.files > 0, x.text, x.created_at
FROM messages x
WHERE x.id > $1 AND x.id <= $2
ORDER BY x.id
LIMIT $3
