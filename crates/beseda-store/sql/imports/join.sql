-- Makes a person a member as members/join does, under a number where that is free, and under the next one where it is not.
INSERT INTO members (id, room_id, person_id, read_seq, delivered_seq, read_at, joined_at, granted, changed, role)
VALUES (
    CASE
        WHEN EXISTS (SELECT 1 FROM members o WHERE o.id = $1) THEN (SELECT max(o.id) + 1 FROM members o)
        ELSE $1
    END,
    $2, $3,
    coalesce((SELECT d.read_seq FROM departures d WHERE d.room_id = $2 AND d.person_id = $3), 0),
    coalesce((SELECT d.read_seq FROM departures d WHERE d.room_id = $2 AND d.person_id = $3), 0),
    (SELECT d.read_at FROM departures d WHERE d.room_id = $2 AND d.person_id = $3),
    $4, $5, $6, $7
)
ON CONFLICT (room_id, person_id) DO NOTHING
RETURNING id, room_id, person_id, read_seq, read_at, skip, joined_at, granted,
    role, delivered_seq, muted_until, pinned_at, archived, unread_from
