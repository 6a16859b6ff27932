-- How many visitors' rooms there are.
SELECT count(*)
FROM rooms r
JOIN cases c ON c.room_id = r.id
WHERE r.kind = 'support' AND r.removed_at IS NULL
