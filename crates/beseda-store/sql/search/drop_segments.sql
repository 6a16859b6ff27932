-- Drops the segments that begin from one message to another.
DELETE FROM search_segments WHERE first >= $1 AND first <= $2
