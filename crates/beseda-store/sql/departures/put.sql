-- Notes that somebody leaves a room at a head, before they do, and how far they had read.
INSERT INTO departures (room_id, person_id, changed, read_seq, read_at, tick)
SELECT m.room_id, m.person_id, $1, m.read_seq, m.read_at, (SELECT tick FROM ticks)
FROM members m
WHERE m.room_id = $2 AND m.person_id = $3
