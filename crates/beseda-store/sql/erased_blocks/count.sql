-- Counts a message in its block, before it is erased; one that is erased already has been counted.
INSERT INTO erased_blocks (room_id, block, erased)
SELECT x.room_id, (x.seq - 1) / $1, 1
FROM messages x
WHERE x.room_id = $2 AND x.seq = $3 AND x.erased_at IS NULL
ON CONFLICT (room_id, block) DO UPDATE SET erased = erased_blocks.erased + 1
