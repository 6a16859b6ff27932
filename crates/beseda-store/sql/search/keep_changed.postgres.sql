-- Keeps what a message has now. Its lexemes are a list, as JSON.
INSERT INTO search_changed (lexeme, id)
SELECT CAST(e.value AS bigint), CAST($1 AS bigint)
FROM json_array_elements_text(CAST(CAST($2 AS text) AS json)) e
