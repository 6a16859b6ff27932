-- The first and the last stretch of numbers in which a message may lie that was sent between two moments.
SELECT min(t.stretch), max(t.stretch) FROM search_stretches t WHERE t.newest >= $1 AND t.oldest < $2
