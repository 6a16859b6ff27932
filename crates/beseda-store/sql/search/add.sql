-- Adds messages to the index but those that it has already. Number and lexemes are lists in a list, as JSON.
INSERT INTO search (rowid, lexemes)
SELECT json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]')
FROM json_each($1) e
WHERE NOT EXISTS (SELECT 1 FROM search_docsize d WHERE d.id = json_extract(e.value, '$[0]'))
