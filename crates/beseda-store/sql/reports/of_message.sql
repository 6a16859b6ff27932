-- What somebody reports of a message.
SELECT
    r.id, r.uuid, r.room_id, r.kind, r.seq, r.person_id, r.reason, r.text, r.note, r.settled_by, r.settled_at, r.created_at
FROM reports r
WHERE r.room_id = $1 AND r.seq = $2 AND r.person_id = $3
