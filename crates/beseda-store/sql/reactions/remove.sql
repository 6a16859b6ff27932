-- Takes a reaction away.
DELETE FROM reactions WHERE room_id = $1 AND seq = $2 AND emoji = $3 AND person_id = $4
