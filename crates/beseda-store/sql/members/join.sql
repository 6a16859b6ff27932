-- Makes a person a member who has read nothing, or what they had when they left, unless they are one.
INSERT INTO members (room_id, person_id, read_seq, read_at, joined_at, granted, changed)
VALUES (
    $1, $2,
    coalesce((SELECT d.read_seq FROM departures d WHERE d.room_id = $1 AND d.person_id = $2), 0),
    (SELECT d.read_at FROM departures d WHERE d.room_id = $1 AND d.person_id = $2),
    $3, $4, $5
)
ON CONFLICT (room_id, person_id) DO NOTHING
RETURNING id, room_id, person_id, read_seq, read_at, skip, joined_at, granted
