-- Every room of a person that is of some kinds, each with its newest message that is not erased, in any order: to sort
-- them takes longer here than in memory, where all are wanted.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    x.id, x.room_id, x.seq, x.sender_id, p.email, coalesce(x.sender_name, p.first_name),
    CASE WHEN x.sender_name IS NULL THEN p.last_name ELSE '' END, p.role, p.host_name, p.forgotten, x.text,
    x.created_at, x.edited_at, x.erased_at, x.sent_head, x.changed, x.files, x.client_id, x.extra,
    r.active, r.moved
FROM members own
JOIN rooms r ON r.id = own.room_id
LEFT JOIN messages x ON x.room_id = r.id AND x.seq = r.shown
LEFT JOIN people p ON p.id = x.sender_id
WHERE own.person_id = $1 AND ($2 = '*' OR $2 <> replace($2, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
