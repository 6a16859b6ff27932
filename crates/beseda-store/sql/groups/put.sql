-- Makes a group or changes the one with this number.
INSERT INTO groups (id, host_name, name, teacher_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, teacher_id = excluded.teacher_id
