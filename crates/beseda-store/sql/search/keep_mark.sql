-- Keeps how far the index is, where it is as far as it was seen to be and nothing has come below since, and the next message up
-- to which that is to be proven.
UPDATE search_marks SET done = $1, bound = coalesce($2, bound) WHERE id = 1 AND done = $3 AND turn = $4
