-- Where two people who are one see a message that is for some, the second alone does.
DELETE FROM readers
WHERE room_id = $1 AND person_id = $2 AND EXISTS (
    SELECT 1 FROM readers o
    WHERE o.room_id = readers.room_id AND o.seq = readers.seq AND o.person_id = $3
)
