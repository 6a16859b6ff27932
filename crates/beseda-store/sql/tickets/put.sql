-- Keeps a ticket.
INSERT INTO tickets (hash, person_id, proven_at, expires_at, proof_ends_at, key_hash) VALUES ($1, $2, $3, $4, $5, $6)
