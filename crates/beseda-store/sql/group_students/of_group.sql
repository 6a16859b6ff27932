-- The students of a group, by their numbers.
SELECT s.person_id
FROM group_students s
WHERE s.group_id = $1
ORDER BY s.person_id
