-- What people make of some messages of a room, in the order in which they did. Their numbers are a list, as JSON.
SELECT a.seq, a.emoji, p.id, p.host_name, p.forgotten
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN reactions a ON a.room_id = $2 AND a.seq = CAST(e.value AS bigint)
JOIN people p ON p.id = a.person_id
ORDER BY a.seq, a.id
