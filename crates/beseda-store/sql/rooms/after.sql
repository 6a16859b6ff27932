-- Rooms behind a number, in the order of their numbers, without those that were removed.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM rooms r
WHERE r.id > $1 AND r.removed_at IS NULL
ORDER BY r.id
LIMIT $2
