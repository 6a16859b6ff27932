-- Puts a room first in the lists: behind the newest message of all, and behind what happened to rooms since.
UPDATE rooms
SET active = coalesce(pg_sequence_last_value('message_ids'), 0), moved = nextval('room_moves')
WHERE id = $1
