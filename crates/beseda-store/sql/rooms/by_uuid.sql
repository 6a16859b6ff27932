-- The room with an unguessable name, unless it was removed.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM rooms r
WHERE r.uuid = $1 AND r.removed_at IS NULL
