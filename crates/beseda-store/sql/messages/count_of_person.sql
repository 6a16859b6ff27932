-- How many messages that are not erased stand in a person's rooms.
SELECT CAST(coalesce(sum(r.seq - r.erased), 0) AS BIGINT)
FROM members m
JOIN rooms r ON r.id = m.room_id
WHERE m.person_id = $1 AND r.removed_at IS NULL
