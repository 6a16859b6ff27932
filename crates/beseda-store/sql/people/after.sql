-- People behind a number, in the order of their numbers.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM people p
WHERE p.id > $1
ORDER BY p.id
LIMIT $2
