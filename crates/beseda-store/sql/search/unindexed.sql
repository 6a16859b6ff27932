-- The newest messages of a stretch of numbers, whatever they say, newest first.
SELECT x.id FROM messages x WHERE x.id >= $1 AND x.id < $2 ORDER BY x.id DESC LIMIT $3
