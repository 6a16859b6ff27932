-- Some of the rooms that a person is in, removed ones too.
SELECT m.room_id FROM members m WHERE m.person_id = $1 LIMIT $2
