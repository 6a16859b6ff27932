-- Drops the pages of the segments that begin from one message to another.
DELETE FROM search_pages WHERE segment >= $1 AND segment <= $2
