-- Puts a message into the index as it is now.
INSERT INTO search (id, lexemes) VALUES ($1, CAST(CAST($2 AS text) AS integer[]))
ON CONFLICT (id) DO UPDATE SET lexemes = excluded.lexemes
