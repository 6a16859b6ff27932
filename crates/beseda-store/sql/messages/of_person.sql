-- A page of the messages of a person's rooms, oldest first, each with the receipts in its room: the person's own and
-- the furthest of the others.
WITH page AS (
    SELECT x.room_id, x.seq, own.read_seq
    FROM members own
    CROSS JOIN rooms r ON r.id = own.room_id
    CROSS JOIN messages x ON x.room_id = r.id
    WHERE own.person_id = $1 AND r.removed_at IS NULL AND x.erased_at IS NULL
    ORDER BY x.id
    LIMIT $2 OFFSET $3
)
SELECT
    x.id, x.room_id, x.seq, x.sender_id, p.email, p.first_name, p.last_name, x.text, x.created_at, x.edited_at,
    x.erased_at, x.sent_head, x.changed,
    page.read_seq,
    (SELECT coalesce(max(m.read_seq), 0) FROM members m WHERE m.room_id = x.room_id AND m.person_id <> $1)
FROM page
JOIN messages x ON x.room_id = page.room_id AND x.seq = page.seq
LEFT JOIN people p ON p.id = x.sender_id
ORDER BY x.id
