-- Empties the index: which messages were erased since.
DELETE FROM search_gone
