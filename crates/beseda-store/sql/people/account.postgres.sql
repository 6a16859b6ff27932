-- Who logs in under a name with a password: a username goes before an e-mail, an e-mail before a phone.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale, p.password_hash
FROM people p
WHERE p.id = coalesce(
    (SELECT u.id FROM people u WHERE u.username = $1 AND u.username <> '' AND u.password_hash IS NOT NULL),
    (SELECT e.id FROM people e WHERE lower(e.email) = lower($1 COLLATE "C") AND e.email <> ''
        AND e.password_hash IS NOT NULL),
    (SELECT f.id FROM people f WHERE f.phone = $1 AND f.phone <> '' AND f.password_hash IS NOT NULL)
)
