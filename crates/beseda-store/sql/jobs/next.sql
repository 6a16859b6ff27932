-- When the next job is due.
SELECT min(j.due_at) FROM jobs j WHERE j.dead = 0
