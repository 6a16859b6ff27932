-- People by when they were last changed, behind one of them.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale,
    u.at
FROM updates u
JOIN people p ON p.id = u.subject
WHERE u.kind = 'person' AND (u.at, u.subject) > ($1, $2) AND p.forgotten = 0
ORDER BY u.at, u.subject
LIMIT $3
