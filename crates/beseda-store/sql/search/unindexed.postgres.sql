-- The newest messages of a stretch of numbers that the index does not have, newest first.
SELECT x.id
FROM messages x
WHERE x.id >= $1 AND x.id < $2 AND NOT EXISTS (SELECT 1 FROM search s WHERE s.id = x.id)
ORDER BY x.id DESC
LIMIT $3
