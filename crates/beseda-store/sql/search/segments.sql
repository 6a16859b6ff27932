-- The newest segments that begin before a message, newest first, and whether any message has changed since it was put into one.
SELECT s.first, s.last, s.messages, s.shelf, EXISTS (SELECT 1 FROM search_changed c WHERE c.id > 0)
FROM search_segments s
WHERE s.first < $1
ORDER BY s.first DESC
LIMIT $2
