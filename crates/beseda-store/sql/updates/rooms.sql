-- Rooms by when they or who is in them were last changed, behind one of them, without those that no key leads to any more.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    u.at
FROM updates u
JOIN rooms r ON r.id = u.subject
WHERE u.kind = 'room' AND (u.at, u.subject) > ($1, $2) AND r.removed_at IS NULL AND r.key NOT LIKE '#%'
ORDER BY u.at, u.subject
LIMIT $3
