-- What a person wrote that is kept still, or has what they were called, behind a message and up to a room; of removed rooms too.
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra
FROM messages x
LEFT JOIN people p ON p.id = x.sender_id
WHERE (x.room_id, x.seq) > ($1, $2) AND x.room_id <= $3 AND x.sender_id = $4
  AND (x.erased_at IS NULL OR x.sender_name <> '')
ORDER BY x.room_id, x.seq
LIMIT $5
