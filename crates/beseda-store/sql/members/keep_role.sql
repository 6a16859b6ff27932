-- Keeps what a member is in the room, and at which head that changed.
UPDATE members SET role = $1, changed = $2 WHERE id = $3
