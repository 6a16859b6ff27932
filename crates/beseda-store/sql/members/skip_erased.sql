-- One more message that is not unread for anybody who has not read it; its author does not count it anyway.
UPDATE members
SET skip = skip + 1
WHERE room_id = $1 AND person_id IS DISTINCT FROM $2 AND read_seq < $3
