-- Which messages have one of some lexemes now and had not when they were put into the index, from one number to before another.
-- The lexemes are a list, as JSON.
SELECT c.lexeme, c.id
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN search_changed c ON c.lexeme = CAST(e.value AS bigint)
WHERE c.id >= $2 AND c.id < $3
