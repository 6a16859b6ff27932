-- The newest message below a number that is not erased and for everybody.
SELECT x.seq
FROM messages x
WHERE x.room_id = $1 AND x.seq < $2 AND x.erased_at IS NULL AND x.extra & 8 = 0
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY x.seq DESC
LIMIT 1
