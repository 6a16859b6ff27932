-- The room with a key; that of a removed room has another one.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked
FROM rooms r
WHERE r.key = $1
