-- Some people by their numbers, which are a list, as JSON.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM json_each($1) e
JOIN people p ON p.id = e.value
ORDER BY p.id
