-- How some rooms look, in any order. The rooms' numbers are a list, as JSON.
SELECT l.room_id, l.avatar_url, l.custom, l.subject
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN room_looks l ON l.room_id = CAST(e.value AS bigint)
