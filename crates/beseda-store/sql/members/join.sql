-- Makes a person a member who has read nothing, unless they are one.
INSERT INTO members (room_id, person_id, read_seq, joined_at, granted, changed)
VALUES ($1, $2, 0, $3, $4, $5)
ON CONFLICT (room_id, person_id) DO NOTHING
RETURNING id
