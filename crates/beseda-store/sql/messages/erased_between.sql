-- The numbers of a room's erased messages in a range.
SELECT x.seq
FROM messages x
WHERE x.room_id = $1 AND x.seq >= $2 AND x.seq <= $3 AND x.erased_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY x.seq
