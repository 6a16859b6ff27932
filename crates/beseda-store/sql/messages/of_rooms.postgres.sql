-- Some messages, in any order. Their rooms, each with a place, are names of an object, as JSON, any number of times.
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra
FROM (
    SELECT CAST(e.key AS bigint) AS room_id, CAST(e.value AS bigint) AS seq
    FROM json_each_text(CAST(CAST($1 AS text) AS json)) e
) k
JOIN messages x ON x.room_id = k.room_id AND x.seq = k.seq
LEFT JOIN people p ON p.id = x.sender_id
