-- What a message said before it was edited, the oldest first.
SELECT v.text, v.at FROM versions v WHERE v.room_id = $1 AND v.seq = $2 ORDER BY v.number
