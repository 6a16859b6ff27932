-- Forgets what is kept in one row beside a message.
DELETE FROM extras WHERE room_id = $1 AND seq = $2
