-- The groups that a person teaches or attends, by name.
SELECT g.id, g.host_name, g.name, g.teacher_id
FROM groups g
WHERE g.id IN (
    SELECT s.group_id FROM group_students s WHERE s.person_id = $1
    UNION
    SELECT t.id FROM groups t WHERE t.teacher_id = $1
)
ORDER BY g.name, coalesce(g.host_name, ''), g.id
