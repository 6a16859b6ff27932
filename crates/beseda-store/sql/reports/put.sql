-- Keeps a new report.
INSERT INTO reports (uuid, room_id, kind, seq, person_id, reason, text, state, note, settled_by, settled_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
RETURNING id
