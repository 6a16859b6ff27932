-- How the lexemes of the index were made.
SELECT k.lexemes FROM search_marks k WHERE k.id = 1
