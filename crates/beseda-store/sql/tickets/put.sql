-- Keeps a ticket.
INSERT INTO tickets (hash, person_id, proven_at, expires_at) VALUES ($1, $2, $3, $4)
