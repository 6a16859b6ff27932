-- Keeps how far a member has read, and how they see the room.
UPDATE members
SET read_seq = $1, read_at = $2, skip = $3, receipt = $4, delivered_seq = $5, muted_until = $6, pinned_at = $7, archived = $8,
    unread_from = $9
WHERE id = $10
