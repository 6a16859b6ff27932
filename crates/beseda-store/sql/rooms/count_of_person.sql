-- How many rooms of some kinds a person is in.
SELECT count(*)
FROM members m
JOIN rooms r ON r.id = m.room_id
WHERE m.person_id = $1 AND ($2 = '*' OR $2 <> replace($2, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
