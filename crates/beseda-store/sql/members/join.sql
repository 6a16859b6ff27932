-- Makes a person a member who has read nothing, or what they had when they left, unless they are one.
INSERT INTO members (room_id, person_id, read_seq, delivered_seq, read_at, joined_at, granted, changed, role)
VALUES (
    $1, $2,
    coalesce((SELECT d.read_seq FROM departures d WHERE d.room_id = $1 AND d.person_id = $2), 0),
    coalesce((SELECT d.read_seq FROM departures d WHERE d.room_id = $1 AND d.person_id = $2), 0),
    (SELECT d.read_at FROM departures d WHERE d.room_id = $1 AND d.person_id = $2),
    $3, $4, $5, $6
)
ON CONFLICT (room_id, person_id) DO NOTHING
RETURNING id, room_id, person_id, read_seq, read_at, skip, joined_at, granted,
    role, delivered_seq, muted_until, pinned_at, archived, unread_from
