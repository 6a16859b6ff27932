-- Puts what was added to the index in its place: here it is there already.
SELECT 0
