-- Promises an errand, unless the same is promised already.
INSERT INTO jobs (errand, about, due_at)
VALUES ($1, $2, $3)
ON CONFLICT (errand, about) DO NOTHING
RETURNING id
