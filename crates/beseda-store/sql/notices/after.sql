-- What other processes have noted since.
SELECT n.id, n.room_id, n.head, n.person_id FROM notices n WHERE n.id > $1 ORDER BY n.id
