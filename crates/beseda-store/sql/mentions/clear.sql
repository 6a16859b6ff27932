-- Forgets who is mentioned in a message.
DELETE FROM mentions WHERE room_id = $1 AND seq = $2
