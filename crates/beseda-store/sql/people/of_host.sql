-- Whom the host application calls by a text, or by a number that is theirs here: it may call somebody else so since.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM people p
WHERE p.host_name = $1 OR (p.id = $2 AND p.host_name IS NULL)
ORDER BY p.host_name IS NULL
LIMIT 1
