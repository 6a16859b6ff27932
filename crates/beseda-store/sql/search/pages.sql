-- The page in which some segments may begin to have some lexemes, with the place in the list of what it was asked for by. The list is
-- of JSON: where a page begins, on the shelf of a segment, that has nothing before a lexeme.
SELECT
    e.key,
    coalesce((
        SELECT p.bytes FROM search_pages p
        WHERE p.id >= (e.value >> 43 << 43) AND p.id <= e.value
        ORDER BY p.id DESC
        LIMIT 1), x'')
FROM json_each($1) e
