-- Empties the index: what has changed since.
DELETE FROM search_changed
