-- The pages that have more of some lexemes than those with which they begin, in order, each with the place in the list of what it
-- was asked for by. The list is of JSON: where a page begins, on the shelf of a segment, that has nothing before a lexeme.
SELECT e.place - 1, p.bytes
FROM (
    SELECT CAST(t.value AS bigint) AS value, t.place
    FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) WITH ORDINALITY t (value, place)
) e
JOIN search_pages p ON p.id > e.value AND p.id <= (e.value | 4095)
ORDER BY e.place, p.id
