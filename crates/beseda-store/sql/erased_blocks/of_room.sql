-- How many messages of each block of a room are erased.
SELECT b.block, b.erased
FROM erased_blocks b
WHERE b.room_id = $1
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY b.block
