-- The group with a number.
SELECT g.id, g.name, g.teacher_id
FROM groups g
WHERE g.id = $1
