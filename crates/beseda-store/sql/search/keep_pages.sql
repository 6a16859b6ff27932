-- Keeps pages. The number of each, and from where to where its bytes lie in all bytes, are lists in a list, as JSON.
INSERT INTO search_pages (id, bytes)
SELECT
    json_extract(e.value, '$[0]'),
    substr($1, json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]'))
FROM json_each($2) e
