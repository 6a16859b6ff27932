-- The oldest messages behind a number that the index does not have, erased ones too.
SELECT x.id, x.room_id, x.sender_id, x.files > 0, x.text, x.created_at
FROM messages x
WHERE x.id > $1 AND NOT EXISTS (SELECT 1 FROM search s WHERE s.id = x.id)
ORDER BY x.id
LIMIT $2
