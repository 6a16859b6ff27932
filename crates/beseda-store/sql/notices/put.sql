-- Notes for other processes that a room has come to a head, or that a person may do something else now.
INSERT INTO notices (room_id, head, person_id) VALUES ($1, $2, $3) RETURNING id
