-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT r.id, (SELECT count(*) FROM members m WHERE m.room_id = r.id)
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN rooms r ON r.id = CAST(e.value AS bigint)
WHERE r.removed_at IS NULL
