-- Of some messages nothing is left. They are a list, as JSON.
DELETE FROM search_gone WHERE id IN (SELECT e.value FROM json_each($1) e)
