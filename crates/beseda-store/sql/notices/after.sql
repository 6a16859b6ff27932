-- What other processes have noted since, and of which rooms.
SELECT n.id, n.room_id, n.head, n.person_id, r.uuid, r.kind
FROM notices n
LEFT JOIN rooms r ON r.id = n.room_id
WHERE n.id > $1
ORDER BY n.id
