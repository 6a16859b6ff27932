-- People of one of two roles whose names hold a text; nobody of the server's own.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM people p
WHERE p.search LIKE $1 ESCAPE '\' AND p.role IN ($2, $3) AND p.active = 1
    AND (p.host_name IS NULL OR p.host_name NOT LIKE 'beseda/%')
ORDER BY p.last_name, p.first_name, p.id
LIMIT $4
