-- The newest segments that begin before a message, newest first, and alike with each: whether any message has changed since it was put
-- into one, up to which message the index has all, and how many times messages have come below others.
SELECT s.first, s.last, s.messages, s.shelf, EXISTS (SELECT 1 FROM search_changed c WHERE c.id > 0), k.done, k.turn
FROM search_segments s
CROSS JOIN search_marks k
WHERE s.first < $1 AND k.id = 1
ORDER BY s.first DESC
LIMIT $2
