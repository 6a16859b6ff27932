-- Keeps between which moments messages were sent that the index has. Stretch of numbers and both moments are lists in a list, as
-- JSON.
INSERT INTO search_times (stretch, oldest, newest)
SELECT CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS bigint), CAST(e.value ->> 2 AS bigint)
FROM json_array_elements(CAST(CAST($1 AS text) AS json)) e
ON CONFLICT (stretch) DO UPDATE SET
    oldest = least(search_times.oldest, excluded.oldest),
    newest = greatest(search_times.newest, excluded.newest)
