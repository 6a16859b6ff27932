-- Every room that a person is or was in, removed ones too.
SELECT m.room_id FROM members m WHERE m.person_id = $1
UNION
SELECT d.room_id FROM departures d WHERE d.person_id = $1
ORDER BY 1
