-- Groups by when they were last changed, behind one of them.
SELECT g.id, g.host_name, g.name, g.teacher_id, u.at
FROM updates u
JOIN groups g ON g.id = u.subject
WHERE u.kind = 'group' AND (u.at, u.subject) > ($1, $2)
ORDER BY u.at, u.subject
LIMIT $3
