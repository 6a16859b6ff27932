-- The messages of a room that are for some and not for one person, without erased ones.
SELECT x.seq
FROM messages x
WHERE x.room_id = $1 AND x.extra & 8 <> 0 AND x.erased_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM readers d WHERE d.room_id = x.room_id AND d.seq = x.seq AND d.person_id = $2)
ORDER BY x.seq
