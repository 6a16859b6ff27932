-- The furthest receipt in a room but one person's.
SELECT coalesce(max(m.read_seq), 0)
FROM members m
WHERE m.room_id = $1 AND m.person_id <> $2
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
