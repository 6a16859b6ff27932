-- Some messages of a room, by their numbers, which are a list, as JSON.
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra
FROM json_array_elements_text(CAST(CAST($1 AS text) AS json)) e
JOIN messages x ON x.room_id = $2 AND x.seq = CAST(e.value AS bigint)
LEFT JOIN people p ON p.id = x.sender_id
WHERE EXISTS (SELECT 1 FROM rooms r WHERE r.id = $2 AND r.removed_at IS NULL)
ORDER BY x.seq
