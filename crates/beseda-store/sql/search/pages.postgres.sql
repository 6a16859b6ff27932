-- The page in which some segments may begin to have some lexemes, with the place in the list of what it was asked for by. The list is
-- of JSON: where a page begins, on the shelf of a segment, that has nothing before a lexeme.
SELECT e.place - 1, p.bytes
FROM (
    SELECT CAST(t.value AS bigint) AS value, t.place
    FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) WITH ORDINALITY t (value, place)
) e
CROSS JOIN LATERAL (
    SELECT q.bytes FROM search_pages q
    WHERE q.id >= (e.value >> 43 << 43) AND q.id <= e.value
    ORDER BY q.id DESC
    LIMIT 1
) p
