-- The newest messages of a stretch of numbers that the index has for what is asked, newest first.
SELECT s.rowid FROM search s WHERE s.search MATCH $1 AND s.rowid >= $2 AND s.rowid < $3 ORDER BY s.rowid DESC LIMIT $4
