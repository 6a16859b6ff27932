-- Who has read up to a number in a room.
SELECT m.person_id
FROM members m
WHERE m.room_id = $1 AND m.read_seq >= $2
ORDER BY m.person_id
