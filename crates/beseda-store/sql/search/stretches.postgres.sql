-- Of some stretches of numbers, in which rooms their messages are, in order. They are a list, as JSON.
SELECT t.stretch, t.rooms
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN search_stretches t ON t.stretch = CAST(e.value AS bigint)
ORDER BY t.stretch
