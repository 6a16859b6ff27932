-- How many jobs are dead, or are not.
SELECT count(*) FROM jobs j WHERE j.dead = $1
