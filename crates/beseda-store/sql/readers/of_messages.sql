-- Who alone sees some messages of a room, by their numbers. The messages' are a list, as JSON.
SELECT d.seq, d.person_id
FROM json_each($1) e
JOIN readers d ON d.room_id = $2 AND d.seq = e.value
ORDER BY d.seq, d.person_id
