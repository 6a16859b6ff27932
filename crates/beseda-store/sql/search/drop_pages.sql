-- Drops the pages of a shelf.
DELETE FROM search_pages WHERE id >= $1 AND id <= $2
