-- What the sender of a message is called in it, whatever they are called elsewhere.
UPDATE messages SET sender_name = $1 WHERE room_id = $2 AND seq = $3
