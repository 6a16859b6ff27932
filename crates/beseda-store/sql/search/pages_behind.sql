-- Drops the pages of the segments that are further than the index is.
DELETE FROM search_pages WHERE segment > (SELECT k.done FROM search_marks k WHERE k.id = 1)
