-- Messages came with numbers from this one on: the index is no further, and not where it was, so that whoever has read before what
-- it lacks does not say that it has all.
UPDATE search_marks SET done = CASE WHEN done >= $1 THEN $1 - 1 ELSE done - 1 END WHERE id = 1
