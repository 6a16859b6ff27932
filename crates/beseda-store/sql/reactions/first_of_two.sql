-- Of what two people who are one make of a message the first stays, where it is the same.
DELETE FROM reactions
WHERE room_id = $1 AND person_id IN ($2, $3) AND EXISTS (
    SELECT 1 FROM reactions o
    WHERE o.room_id = reactions.room_id AND o.seq = reactions.seq AND o.emoji = reactions.emoji
      AND o.person_id IN ($2, $3) AND o.id < reactions.id
)
