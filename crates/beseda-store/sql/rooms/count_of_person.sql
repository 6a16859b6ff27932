-- How many rooms a person is in.
SELECT count(*)
FROM members m
JOIN rooms r ON r.id = m.room_id
WHERE m.person_id = $1 AND r.removed_at IS NULL
