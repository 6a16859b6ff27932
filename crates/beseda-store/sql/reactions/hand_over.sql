-- What somebody makes of the messages of a room is another one's.
UPDATE reactions SET person_id = $1 WHERE room_id = $2 AND person_id = $3
