-- The index is empty, and its lexemes are made in this way.
UPDATE search_marks SET lexemes = $1, done = 0, bound = 0, moment = 0, turn = turn + 1 WHERE id = 1
