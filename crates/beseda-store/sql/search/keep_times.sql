-- Keeps between which moments messages were sent that the index has. Stretch of numbers and both moments are lists in a list, as
-- JSON.
INSERT INTO search_times (stretch, oldest, newest)
SELECT json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]')
FROM json_each($1) e
WHERE TRUE
ON CONFLICT (stretch) DO UPDATE SET
    oldest = CASE WHEN excluded.oldest < oldest THEN excluded.oldest ELSE oldest END,
    newest = CASE WHEN excluded.newest > newest THEN excluded.newest ELSE newest END
