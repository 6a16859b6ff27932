-- Takes a ticket away and gives it to who asked.
DELETE FROM tickets WHERE hash = $1 RETURNING hash, person_id, proven_at, expires_at, proof_ends_at, key_hash
