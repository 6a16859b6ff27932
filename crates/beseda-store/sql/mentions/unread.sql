-- In how many messages behind these a person is mentioned, by room. Rooms and numbers are lists in a list, as JSON.
SELECT a.room_id, count(*)
FROM (
    SELECT json_extract(e.value, '$[0]') AS room_id, json_extract(e.value, '$[1]') AS seq
    FROM json_each($1) e
) k
JOIN mentions a ON a.room_id = k.room_id AND a.person_id = $2 AND a.seq > k.seq
GROUP BY a.room_id
