-- Keeps between which moments the messages of some numbers were sent, and in which rooms. Stretch, both moments, and from where to
-- where its bytes lie in all bytes are lists in a list, as JSON.
INSERT INTO search_stretches (stretch, oldest, newest, rooms)
SELECT
    json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]'),
    substr($1, json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]'))
FROM json_each($2) e
WHERE TRUE
ON CONFLICT (stretch) DO UPDATE SET
    oldest = CASE WHEN excluded.oldest < oldest THEN excluded.oldest ELSE oldest END,
    newest = CASE WHEN excluded.newest > newest THEN excluded.newest ELSE newest END,
    rooms = excluded.rooms
