-- The newest messages of a stretch of numbers that the index has for what is asked, newest first: each has a lexeme of every
-- one of eight lists. They are a list as JSON; the stretch is among them. That it is left by index no other way is tried.
SELECT s.id
FROM search s
WHERE s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 0 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 1 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 2 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 3 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 4 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 5 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 6 AS integer[])
  AND s.lexemes && CAST(CAST(CAST($1 AS text) AS json) ->> 7 AS integer[])
  AND s.id + 0 >= $2 AND s.id + 0 < $3
ORDER BY s.id + 0 DESC
LIMIT $4
