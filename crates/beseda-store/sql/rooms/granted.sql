-- The rooms that a grant let a person into.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM members m
JOIN rooms r ON r.id = m.room_id
WHERE m.person_id = $1 AND m.granted = 1 AND r.removed_at IS NULL
ORDER BY r.id
