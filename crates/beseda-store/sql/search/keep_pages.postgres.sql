-- Keeps pages. The number of each, and from where to where its bytes lie in all bytes, are lists in a list, as JSON.
INSERT INTO search_pages (id, bytes)
SELECT
    CAST(e.value ->> 0 AS bigint),
    substr(CAST($1 AS bytea), CAST(e.value ->> 1 AS integer), CAST(e.value ->> 2 AS integer))
FROM json_array_elements(CAST(CAST($2 AS text) AS json)) e
