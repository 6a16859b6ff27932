-- Puts a room first in the lists: behind the newest message of all, and behind what happened to rooms since.
UPDATE rooms
SET active = (SELECT coalesce(max(x.id), 0) FROM messages x),
    moved = (SELECT coalesce(max(r.moved), 0) + 1 FROM rooms r WHERE r.moved > 0)
WHERE id = $1
