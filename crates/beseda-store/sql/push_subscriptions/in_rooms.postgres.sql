-- Who is in some rooms and has a browser to be told, by rooms and people. The rooms' numbers are a list, as JSON.
SELECT m.room_id, m.person_id
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN members m ON m.room_id = CAST(e.value AS bigint)
WHERE EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.person_id = m.person_id)
ORDER BY m.room_id, m.person_id
