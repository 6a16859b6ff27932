-- Makes jobs due that wait for a time which only a clock can have told that was ahead.
UPDATE jobs SET due_at = $1 WHERE dead = 0 AND due_at > $2
