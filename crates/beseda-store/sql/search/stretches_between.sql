-- Of the stretches of numbers from one to another, in which rooms their messages are, in order.
SELECT t.stretch, t.rooms FROM search_stretches t WHERE t.stretch >= $1 AND t.stretch <= $2 ORDER BY t.stretch
