-- Keeps that one has blocked another.
INSERT INTO blocks (person_id, blocked_id, at) VALUES ($1, $2, $3)
ON CONFLICT (person_id, blocked_id) DO NOTHING
