-- A report by its name.
SELECT
    r.id, r.uuid, r.room_id, r.kind, r.seq, r.person_id, r.reason, r.text, r.note, r.settled_by, r.settled_at, r.created_at
FROM reports r
WHERE r.uuid = $1
