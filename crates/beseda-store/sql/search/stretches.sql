-- Of some stretches of numbers, in which rooms their messages are. They are a list, as JSON.
SELECT t.stretch, t.rooms FROM json_each($1) e CROSS JOIN search_stretches t WHERE t.stretch = e.value
