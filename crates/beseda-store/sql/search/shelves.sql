-- The shelves of the segments that begin from one message to another.
SELECT s.shelf FROM search_segments s WHERE s.first >= $1 AND s.first <= $2
