-- Drops the segments that are further than the index is.
DELETE FROM search_segments WHERE first > (SELECT k.done FROM search_marks k WHERE k.id = 1)
