-- What somebody pinned in a room another one did.
UPDATE extras SET pinned_by = $1 WHERE room_id = $2 AND pinned_by = $3
