-- The number among all messages of one that is known by its number in the room.
SELECT id FROM messages WHERE room_id = $1 AND seq = $2
