-- The pages of the segments that begin from one message to another, in their order.
SELECT s.first, p.bytes
FROM search_segments s
CROSS JOIN search_pages p
WHERE s.first >= $1 AND s.first <= $2 AND p.id >= (s.shelf << 43) AND p.id < ((s.shelf + 1) << 43)
ORDER BY s.first, p.id
