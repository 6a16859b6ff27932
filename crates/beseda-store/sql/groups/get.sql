-- The group that the host application calls so: by a text, or by a number that is its own.
SELECT g.id, g.host_name, g.name, g.teacher_id
FROM groups g
WHERE g.host_name = $1 OR (g.id = $2 AND g.host_name IS NULL)
