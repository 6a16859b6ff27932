-- Forgets a group, after its students were taken out.
DELETE FROM groups WHERE id = $1
