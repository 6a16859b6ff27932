-- Those of some messages that are not erased, are a person's to see and pass a sieve, each with how they stand to its room:
-- in a room that they are in, or in the one that is named. The numbers are a list, as JSON.
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra,
    r.key, r.kind, r.closed, m.granted, m.role
FROM json_each($1) e
CROSS JOIN messages i ON i.id = e.value
LEFT JOIN members m ON m.room_id = i.room_id AND m.person_id = $2
CROSS JOIN messages x ON x.room_id = i.room_id AND x.seq = i.seq
CROSS JOIN rooms r ON r.id = x.room_id
LEFT JOIN people p ON p.id = x.sender_id
WHERE (CASE WHEN $3 = 0 THEN m.id IS NOT NULL ELSE i.room_id = $3 END)
  AND ($4 = 0 OR x.sender_id = $4) AND x.created_at >= $5 AND x.created_at < $6
  AND ($7 = 0 OR x.files > 0) AND ($8 = '' OR r.kind = $8)
  AND x.erased_at IS NULL AND r.removed_at IS NULL
  AND (x.extra & 8 = 0
    OR EXISTS (SELECT 1 FROM readers d WHERE d.room_id = x.room_id AND d.seq = x.seq AND d.person_id = $2))
