-- Every room of some kinds that a person is in and that a transaction behind one changed, with their membership and the
-- last transaction that changed it.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    m.id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from, r.tick
FROM members m
JOIN rooms r ON r.id = m.room_id
WHERE m.person_id = $1 AND ($2 = '*' OR $2 <> replace($2, ' ' || r.kind || ' ', '')) AND r.removed_at IS NULL
  AND r.tick > $3
