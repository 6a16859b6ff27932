-- What somebody reports, the first first.
SELECT
    r.id, r.uuid, r.room_id, r.kind, r.seq, r.person_id, r.reason, r.text, r.note, r.settled_by, r.settled_at, r.created_at
FROM reports r
WHERE r.person_id = $1 AND r.id > $2
ORDER BY r.id
LIMIT $3
