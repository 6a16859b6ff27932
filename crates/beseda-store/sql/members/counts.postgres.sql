-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT m.room_id, count(*)
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN members m ON m.room_id = CAST(e.value AS bigint)
JOIN rooms r ON r.id = m.room_id
WHERE r.removed_at IS NULL
GROUP BY m.room_id
