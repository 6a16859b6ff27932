-- How some rooms look, in any order. The rooms' numbers are a list, as JSON.
SELECT l.room_id, l.avatar_url, l.custom, l.subject
FROM json_each($1) e
JOIN room_looks l ON l.room_id = e.value
