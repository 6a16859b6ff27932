-- Ends a membership.
DELETE FROM members WHERE room_id = $1 AND person_id = $2
