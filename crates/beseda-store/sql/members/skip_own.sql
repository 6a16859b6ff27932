-- One more message that is not unread for its own sender.
UPDATE members SET skip = skip + 1 WHERE room_id = $1 AND person_id = $2
