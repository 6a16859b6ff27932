-- A room and one person's membership in it: every send begins with it.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    m.id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from
FROM rooms r
LEFT JOIN members m ON m.room_id = r.id AND m.person_id = $1
WHERE r.id = $2 AND r.removed_at IS NULL
