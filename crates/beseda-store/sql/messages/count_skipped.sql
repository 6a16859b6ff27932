-- How many messages after a number are erased or by one person.
SELECT count(*)
FROM messages x
WHERE x.room_id = $1 AND x.seq > $2 AND (x.erased_at IS NOT NULL OR x.sender_id = $3)
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
