-- Adds messages to the index but those that it has already. Number and lexemes are lists in a list, as JSON.
INSERT INTO search (id, lexemes)
SELECT CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS integer[])
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
ON CONFLICT (id) DO NOTHING
