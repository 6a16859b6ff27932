-- Takes a room away and frees its key and its unguessable name. No kind of rooms begins with a sign.
UPDATE rooms
SET removed_at = $1, uuid = $2, key = '#removed-' || id || ':' || key, tick = (SELECT tick FROM ticks)
WHERE id = $3 AND removed_at IS NULL
