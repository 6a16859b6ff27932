-- Everybody in those of the visitors' rooms that last changed between two times, in any order.
SELECT
    m.id, m.room_id, m.person_id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name
FROM rooms r
JOIN members m ON m.room_id = r.id
JOIN people p ON p.id = m.person_id
WHERE r.kind = 'support' AND r.removed_at IS NULL AND r.updated_at >= $1 AND r.updated_at <= $2
