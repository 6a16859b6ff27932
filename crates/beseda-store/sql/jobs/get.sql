-- A job.
SELECT j.id, j.errand, j.about, j.due_at, j.tries, j.failure, j.dead
FROM jobs j
WHERE j.id = $1
