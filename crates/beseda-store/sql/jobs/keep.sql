-- Keeps what changed of a job.
UPDATE jobs
SET due_at = $1, tries = $2, failure = $3, dead = $4
WHERE id = $5
