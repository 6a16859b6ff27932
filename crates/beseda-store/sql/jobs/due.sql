-- The jobs that are due, to be taken: here only one takes at a time.
SELECT j.id, j.errand, j.about, j.due_at, j.tries, j.failure, j.dead
FROM jobs j
WHERE j.dead = 0 AND j.due_at <= $1
ORDER BY j.due_at, j.id
LIMIT $2
