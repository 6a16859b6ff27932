-- Grants of before a moment do not let somebody who left into a room again.
UPDATE departures SET shown_out_at = $1 WHERE room_id = $2 AND person_id = $3
