-- One more message that is not unread for anybody but some; its author does not count it anyway. Their numbers are a list, as
-- JSON.
UPDATE members
SET skip = skip + 1
WHERE room_id = $1
  AND person_id NOT IN (SELECT e.value FROM json_each($2) e)
  AND person_id IS DISTINCT FROM (SELECT x.sender_id FROM messages x WHERE x.room_id = $1 AND x.seq = $3)
