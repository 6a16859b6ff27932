-- Puts a student into a group.
INSERT INTO group_students (group_id, person_id) VALUES ($1, $2)
ON CONFLICT (group_id, person_id) DO NOTHING
