-- Everybody in those of a person's rooms of some kinds that last changed between two times, in any order.
SELECT
    m.id, m.room_id, m.person_id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    p.id, p.username, p.email, p.phone, p.first_name, p.last_name, p.role, p.active, p.signed_out_at,
    p.forgotten, p.host_name
FROM members own
JOIN rooms r ON r.id = own.room_id
JOIN members m ON m.room_id = r.id
JOIN people p ON p.id = m.person_id
WHERE own.person_id = $1 AND ($2 = '*' OR $2 <> replace($2, ' ' || r.kind || ' ', ''))
  AND r.updated_at >= $3 AND r.updated_at <= $4 AND r.removed_at IS NULL
