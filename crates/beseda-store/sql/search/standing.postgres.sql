-- How many of some segments still are what they were. First and last message and how many they are, are lists in a list, as JSON.
SELECT count(*)
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
JOIN search_segments s ON s.first = CAST(e.value ->> 0 AS bigint)
WHERE s.last = CAST(e.value ->> 1 AS bigint) AND s.messages = CAST(e.value ->> 2 AS bigint)
