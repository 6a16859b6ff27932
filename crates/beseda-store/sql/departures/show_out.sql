-- Grants of before a moment do not let somebody into a room who is not in it: who was never in it did not leave at any head.
INSERT INTO departures (room_id, person_id, changed, shown_out_at)
SELECT r.id, p.id, 0, $1
FROM rooms r, people p
WHERE r.id = $2 AND p.id = $3
ON CONFLICT (room_id, person_id) DO UPDATE SET shown_out_at = excluded.shown_out_at
