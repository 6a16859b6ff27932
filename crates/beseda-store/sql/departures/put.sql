-- Notes that somebody leaves a room at a head, before they do.
INSERT INTO departures (room_id, person_id, changed)
SELECT m.room_id, m.person_id, $1
FROM members m
WHERE m.room_id = $2 AND m.person_id = $3
