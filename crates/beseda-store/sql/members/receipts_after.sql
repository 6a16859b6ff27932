-- The receipts of a room that moved after so many had.
SELECT
    m.id, m.room_id, m.person_id, m.read_seq, m.read_at, m.skip, m.joined_at, m.granted,
    m.role, m.delivered_seq, m.muted_until, m.pinned_at, m.archived, m.unread_from
FROM members m
WHERE m.room_id = $1 AND m.receipt > $2
  AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = $1 AND r.removed_at IS NULL)
ORDER BY m.id
