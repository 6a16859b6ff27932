-- What is reported of a message is reported of another one.
UPDATE reports SET room_id = $1, seq = $2 WHERE room_id = $3 AND seq = $4
