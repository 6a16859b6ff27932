-- How many messages after a number are erased, by one person, or for some of whom they are none.
SELECT count(*)
FROM messages x
WHERE x.room_id = $1 AND x.seq > $2 AND (
    x.erased_at IS NOT NULL OR x.sender_id = $3
    OR x.extra & 8 <> 0
        AND NOT EXISTS (SELECT 1 FROM readers d WHERE d.room_id = $1 AND d.seq = x.seq AND d.person_id = $3)
  )
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
