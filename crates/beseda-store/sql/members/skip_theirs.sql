-- One more message that is not unread for those of some who have not read it; its author does not count it anyway. Their
-- numbers are a list, as JSON.
UPDATE members
SET skip = skip + 1
WHERE room_id = $1 AND person_id IS DISTINCT FROM $2 AND read_seq < $3
  AND person_id IN (SELECT e.value FROM json_each($4) e)
