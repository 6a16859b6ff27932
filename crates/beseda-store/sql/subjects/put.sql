-- Keeps whom a host application calls by a name.
INSERT INTO subjects (issuer, name, person_id)
VALUES ($1, $2, $3)
ON CONFLICT (issuer, name) DO UPDATE SET person_id = excluded.person_id
