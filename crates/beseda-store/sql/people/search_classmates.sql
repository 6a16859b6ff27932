-- People of the groups that a person attends, their teachers too, whose names hold a text.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM people p
WHERE p.search LIKE $1 ESCAPE '\' AND p.active = 1 AND p.id IN (
    SELECT s.person_id
    FROM group_students own
    JOIN group_students s ON s.group_id = own.group_id
    WHERE own.person_id = $2
    UNION
    SELECT g.teacher_id
    FROM group_students own
    JOIN groups g ON g.id = own.group_id
    WHERE own.person_id = $2
)
ORDER BY p.last_name, p.first_name, p.id
LIMIT $3
