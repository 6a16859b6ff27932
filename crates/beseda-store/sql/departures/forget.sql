-- Somebody is back.
DELETE FROM departures WHERE room_id = $1 AND person_id = $2
