-- Forgets a job that is done.
DELETE FROM jobs WHERE id = $1
