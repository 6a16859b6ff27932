-- The pages that have more of some lexemes than those with which they begin, in order, each with the place in the list of what it
-- was asked for by. The list is of JSON: where a page begins, on the shelf of a segment, that has nothing before a lexeme.
SELECT e.key, p.bytes
FROM json_each($1) e
CROSS JOIN search_pages p
WHERE p.id > e.value AND p.id <= (e.value | 4095)
