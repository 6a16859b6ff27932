-- The earliest moment from a time on at which a message of a room was sent.
SELECT min(x.created_at) FROM messages x WHERE x.room_id = $1 AND x.created_at >= $2
