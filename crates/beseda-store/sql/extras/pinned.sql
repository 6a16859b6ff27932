-- The pinned messages of a room behind a place, the last pinned first.
SELECT k.pinned_at, k.seq
FROM extras k
WHERE k.room_id = $1 AND k.pinned_at IS NOT NULL AND (k.pinned_at, k.seq) < ($2, $3)
ORDER BY k.pinned_at DESC, k.seq DESC
LIMIT $4
