-- Empties the index: the segments.
DELETE FROM search_segments
