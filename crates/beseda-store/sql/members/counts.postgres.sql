-- How many people are in some rooms, in any order. The rooms' numbers are a list, as JSON.
SELECT CAST(e.value AS bigint), (SELECT count(*) FROM members m WHERE m.room_id = CAST(e.value AS bigint))
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
