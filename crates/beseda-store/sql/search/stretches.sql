-- Of some stretches of numbers, in which rooms their messages are, in order. They are a list, in order, as JSON.
SELECT t.stretch, t.rooms FROM json_each($1) e CROSS JOIN search_stretches t WHERE t.stretch = e.value
