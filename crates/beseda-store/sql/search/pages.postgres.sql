-- Of each of some segments the pages in which each of some lexemes may be. Both are lists, as JSON: the segments by their first
-- messages, the lexemes by where a page begins that has nothing before them.
SELECT CAST(e.value AS bigint), CAST(l.value AS bigint), p.bytes
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
CROSS JOIN json_array_elements_text(CAST(CAST($2 AS text) AS json)) l
JOIN search_pages p ON p.segment = CAST(e.value AS bigint)
  AND p.at >= coalesce(
    (SELECT max(q.at) FROM search_pages q
     WHERE q.segment = CAST(e.value AS bigint) AND q.at <= CAST(l.value AS bigint)), 0)
  AND p.at <= CAST(l.value AS bigint) + 4294967295
