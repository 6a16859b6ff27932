-- Rooms and somebody's membership in each: what several sends begin with. The pairs are lists in a list, as JSON.
SELECT
    r.id, r.uuid, r.key, r.kind, r.title, r.seq, r.head, r.shown, r.erased, r.changed,
    r.created_at, r.updated_at, r.receipts, r.ahead, r.closed, r.extra, r.changed_at, r.blocked,
    m.id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from,
    k.person_id
FROM (
    SELECT json_extract(e.value, '$[0]') AS room_id, json_extract(e.value, '$[1]') AS person_id
    FROM json_each($1) e
) k
JOIN rooms r ON r.id = k.room_id
LEFT JOIN members m ON m.room_id = r.id AND m.person_id = k.person_id
WHERE r.removed_at IS NULL
ORDER BY r.id
