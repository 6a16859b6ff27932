-- The jobs that are due, to be taken; those that another one is about to take are passed over.
SELECT j.id, j.errand, j.about, j.due_at, j.tries, j.failure, j.dead
FROM jobs j
WHERE j.dead = 0 AND j.due_at <= $1
ORDER BY j.due_at, j.id
LIMIT $2
FOR UPDATE SKIP LOCKED
