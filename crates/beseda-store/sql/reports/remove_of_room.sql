-- Forgets what is reported of a room.
DELETE FROM reports WHERE room_id = $1
