-- In how many messages behind these a person is mentioned, by room. Rooms and numbers are lists in a list, as JSON.
SELECT a.room_id, count(*)
FROM (
    SELECT CAST(e.value ->> 0 AS bigint) AS room_id, CAST(e.value ->> 1 AS bigint) AS seq
    FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
) k
JOIN mentions a ON a.room_id = k.room_id AND a.person_id = $2 AND a.seq > k.seq
GROUP BY a.room_id
