-- Some of those in a room, by the numbers of their memberships.
SELECT
    m.id, m.room_id, m.person_id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from,
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name, p.put_at, p.avatar_url, p.custom, p.locale
FROM members m
JOIN rooms r ON r.id = m.room_id
JOIN people p ON p.id = m.person_id
WHERE m.room_id = $1 AND m.id > $2 AND r.removed_at IS NULL
ORDER BY m.id
LIMIT $3
