-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT m.room_id, count(*)
FROM json_each($1) e
JOIN members m ON m.room_id = e.value
JOIN rooms r ON r.id = m.room_id
WHERE r.removed_at IS NULL
GROUP BY m.room_id
