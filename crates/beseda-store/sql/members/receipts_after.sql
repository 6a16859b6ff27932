-- The receipts of a room that moved after so many had.
SELECT m.person_id, m.read_seq
FROM members m
WHERE m.room_id = $1 AND m.receipt > $2
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY m.id
