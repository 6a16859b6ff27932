-- Forgets what a message said before it was edited.
DELETE FROM versions WHERE room_id = $1 AND seq = $2
