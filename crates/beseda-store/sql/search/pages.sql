-- The pages in which some segments may have some lexemes, in order, each with the place in the list of what it was asked for by. The
-- list is of JSON: where a page begins, on the shelf of a segment, that has nothing before a lexeme.
SELECT e.key, p.bytes
FROM json_each($1) e
CROSS JOIN search_pages p
WHERE p.id >= coalesce(
    (SELECT max(q.id) FROM search_pages q WHERE q.id >= (e.value >> 43 << 43) AND q.id <= e.value), e.value)
  AND p.id <= (e.value | 4095)
