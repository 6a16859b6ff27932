-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT e.value, (SELECT count(*) FROM members m WHERE m.room_id = e.value)
FROM json_each($1) e
