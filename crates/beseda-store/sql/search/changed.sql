-- Which messages have one of some lexemes now and had not when they were put into the index, from one number to before another.
-- The lexemes are a list, as JSON.
SELECT c.lexeme, c.id
FROM json_each($1) e
CROSS JOIN search_changed c
WHERE c.lexeme = e.value AND c.id >= $2 AND c.id < $3
