-- The next number for a person of our own: they begin at $1.
SELECT coalesce(max(p.id) + 1, $1) FROM people p WHERE p.id >= $1
