-- Those of some messages that are not erased, are a person's to see and pass a sieve, each with how they stand to its room:
-- in a room that they are in, or in the one that is named. The numbers are a list, as JSON.
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra,
    r.key, r.kind, r.closed, m.granted, m.role
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN messages x ON x.id = CAST(e.value AS bigint)
LEFT JOIN members m ON m.room_id = x.room_id AND m.person_id = $2
JOIN rooms r ON r.id = x.room_id
LEFT JOIN people p ON p.id = x.sender_id
WHERE (CASE WHEN CAST($3 AS bigint) = 0 THEN m.id IS NOT NULL ELSE x.room_id = $3 END)
  AND x.erased_at IS NULL
  AND (CAST($4 AS bigint) = 0 OR x.sender_id = $4) AND x.created_at >= $5 AND x.created_at < $6
  AND (CAST($7 AS bigint) = 0 OR x.files > 0) AND (CAST($8 AS text) = '' OR r.kind = $8)
  AND r.removed_at IS NULL
  AND (x.extra & 8 = 0
    OR EXISTS (SELECT 1 FROM readers d WHERE d.room_id = x.room_id AND d.seq = x.seq AND d.person_id = $2))
