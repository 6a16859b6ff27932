-- The last message of a room that was sent until a time.
SELECT x.seq
FROM messages x
WHERE x.room_id = $1 AND x.created_at <= $2
ORDER BY x.seq DESC
LIMIT 1
