-- Makes a person a member, unless they are one.
INSERT INTO members (room_id, person_id, read_seq, joined_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (room_id, person_id) DO NOTHING
RETURNING id
