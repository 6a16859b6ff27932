-- Reports of a room that are so far, the last first.
SELECT
    r.id, r.uuid, r.room_id, r.kind, r.seq, r.person_id, r.reason, r.text, r.note, r.settled_by, r.settled_at, r.created_at
FROM reports r
WHERE r.room_id = $1 AND r.state = $2 AND r.id < $3
ORDER BY r.id DESC
LIMIT $4
