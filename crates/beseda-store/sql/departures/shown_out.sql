-- When somebody was shown out of a room.
SELECT d.shown_out_at FROM departures d WHERE d.room_id = $1 AND d.person_id = $2
