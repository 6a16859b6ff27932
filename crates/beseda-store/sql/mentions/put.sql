-- Keeps that somebody is mentioned in a message.
INSERT INTO mentions (room_id, seq, position, person_id) VALUES ($1, $2, $3, $4)
