-- Keeps pages. Segment, where it begins, and from where to where its bytes lie in all bytes are lists in a list, as JSON.
INSERT INTO search_pages (segment, at, bytes)
SELECT
    json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'),
    substr($1, json_extract(e.value, '$[2]'), json_extract(e.value, '$[3]'))
FROM json_each($2) e
