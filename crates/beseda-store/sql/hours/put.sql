-- Keeps when somebody is at the desk.
INSERT INTO hours (id, zone, week, words, updated_at) VALUES (1, $1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET
    zone = excluded.zone, week = excluded.week, words = excluded.words, updated_at = excluded.updated_at
