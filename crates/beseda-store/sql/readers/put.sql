-- Keeps that somebody sees a message that is for some.
INSERT INTO readers (room_id, seq, person_id) VALUES ($1, $2, $3)
