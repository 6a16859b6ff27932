-- Where somebody is mentioned in a room another one is.
UPDATE mentions SET person_id = $1 WHERE room_id = $2 AND person_id = $3
