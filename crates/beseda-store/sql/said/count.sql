-- Counts messages of a person in a visitor's room.
INSERT INTO said (room_id, person_id, messages) VALUES ($1, $2, $3)
ON CONFLICT (room_id, person_id) DO UPDATE SET messages = said.messages + excluded.messages
