-- Keeps between which moments the messages of some numbers were sent, and in which rooms. Stretch, both moments, and from where to
-- where its bytes lie in all bytes are lists in a list, as JSON.
INSERT INTO search_stretches (stretch, oldest, newest, rooms)
SELECT
    CAST(e.value ->> 0 AS bigint), CAST(e.value ->> 1 AS bigint), CAST(e.value ->> 2 AS bigint),
    substr(CAST($1 AS bytea), CAST(e.value ->> 3 AS integer), CAST(e.value ->> 4 AS integer))
FROM json_array_elements(CAST(CAST($2 AS text) AS json)) e
ON CONFLICT (stretch) DO UPDATE SET
    oldest = least(search_stretches.oldest, excluded.oldest),
    newest = greatest(search_stretches.newest, excluded.newest),
    rooms = excluded.rooms
