-- A segment that has something left of a message of which nothing may be left.
SELECT s.first, s.last, s.messages
FROM search_gone g
CROSS JOIN search_segments s
WHERE g.id > 0 AND s.first = (SELECT max(t.first) FROM search_segments t WHERE t.first <= g.id) AND s.last >= g.id
ORDER BY g.id
LIMIT 1
