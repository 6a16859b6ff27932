-- The jobs that are dead, or those that are not, the first due first.
SELECT j.id, j.errand, j.about, j.due_at, j.tries, j.failure, j.dead
FROM jobs j
WHERE j.dead = $1
ORDER BY j.due_at, j.id
LIMIT $2
