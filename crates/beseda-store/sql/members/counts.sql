-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT r.id, (SELECT count(*) FROM members m WHERE m.room_id = r.id)
FROM json_each($1) e
CROSS JOIN rooms r
WHERE r.id = e.value AND r.removed_at IS NULL
