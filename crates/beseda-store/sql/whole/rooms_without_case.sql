-- Rooms of a kind of which the desk knows nothing (128: it has a case of it).
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM rooms r
WHERE r.kind = $1 AND r.removed_at IS NULL AND r.extra & 128 = 0
ORDER BY r.id
LIMIT $2
