-- Messages came with numbers from this one on: the index is no further.
UPDATE search_marks SET done = $1 - 1 WHERE id = 1 AND done >= $1
