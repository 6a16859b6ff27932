-- Keeps a reaction, unless it stands.
INSERT INTO reactions (room_id, seq, emoji, person_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (room_id, seq, emoji, person_id) DO NOTHING
