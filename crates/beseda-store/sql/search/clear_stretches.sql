-- Empties the index: what is known of stretches of numbers.
DELETE FROM search_stretches
