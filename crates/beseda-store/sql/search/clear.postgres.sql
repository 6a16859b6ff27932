-- Empties the index.
TRUNCATE search
