-- Whom somebody has blocked, the last first.
SELECT
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM blocks b
JOIN people p ON p.id = b.blocked_id
WHERE b.person_id = $1
ORDER BY b.id DESC
