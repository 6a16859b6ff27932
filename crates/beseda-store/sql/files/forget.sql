-- Forgets a file that was given up.
DELETE FROM files WHERE name = $1 AND doomed = 1
