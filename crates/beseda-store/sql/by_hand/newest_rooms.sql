-- The rooms that changed last, with how many messages they have and since when none has come.
SELECT r.id, r.kind, r.seq AS messages, r.erased, r.created_at, r.updated_at
FROM rooms r
WHERE r.removed_at IS NULL
ORDER BY r.updated_at DESC
LIMIT 10
