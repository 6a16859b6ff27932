-- Who left a room at these heads and is not in it.
SELECT d.person_id
FROM departures d
WHERE d.room_id = $1 AND d.changed > $2 AND d.changed <= $3
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY d.person_id
