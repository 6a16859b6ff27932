-- Of each of some segments the pages in which each of some lexemes may be. Both are lists, as JSON: the segments by their first
-- messages, the lexemes by where a page begins that has nothing before them.
SELECT e.value, l.value, p.bytes
FROM json_each($1) e
CROSS JOIN json_each($2) l
CROSS JOIN search_pages p
WHERE p.segment = e.value
  AND p.at >= coalesce(
    (SELECT max(q.at) FROM search_pages q WHERE q.segment = e.value AND q.at <= l.value), 0)
  AND p.at <= l.value + 4294967295
