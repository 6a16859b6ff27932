-- Empties the index: the pages.
DELETE FROM search_pages
