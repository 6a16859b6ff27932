-- Who alone sees some messages of a room, by their numbers. The messages' are a list, as JSON.
SELECT d.seq, d.person_id
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN readers d ON d.room_id = $2 AND d.seq = CAST(e.value AS bigint)
ORDER BY d.seq, d.person_id
