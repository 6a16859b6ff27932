-- Of some messages nothing is left. They are a list, as JSON.
DELETE FROM search_gone
WHERE id IN (SELECT CAST(e.value AS bigint) FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e)
