-- What has a number in a range: messages, erased or not, also of rooms that were removed.
SELECT x.id, x.room_id, x.sender_id, x.created_at
FROM messages x
WHERE x.id >= $1 AND x.id <= $2
ORDER BY x.id
