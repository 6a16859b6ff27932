-- What somebody alone sees in a room is another one's to see.
UPDATE readers SET person_id = $1 WHERE room_id = $2 AND person_id = $3
