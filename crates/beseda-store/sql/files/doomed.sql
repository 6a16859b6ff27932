-- The names of the files that were given up.
SELECT f.name
FROM files f
WHERE f.doomed = 1
ORDER BY f.id
