-- Who is mentioned in some messages of a room, each message's in their order. The numbers are a list, as JSON.
SELECT a.seq, p.id, p.host_name, p.forgotten
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN mentions a ON a.room_id = $2 AND a.seq = CAST(e.value AS bigint)
JOIN people p ON p.id = a.person_id
ORDER BY a.seq, a.position
