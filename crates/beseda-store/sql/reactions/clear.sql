-- Forgets what people made of a message.
DELETE FROM reactions WHERE room_id = $1 AND seq = $2
