-- Where two people who are one are both mentioned, the first mention stays.
DELETE FROM mentions
WHERE room_id = $1 AND person_id IN ($2, $3) AND EXISTS (
    SELECT 1 FROM mentions o
    WHERE o.room_id = mentions.room_id AND o.seq = mentions.seq
      AND o.person_id IN ($2, $3) AND o.position < mentions.position
)
