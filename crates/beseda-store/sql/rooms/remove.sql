-- Takes a room away and frees its key and its unguessable name.
UPDATE rooms SET removed_at = $1, uuid = $2, key = key || '#removed:' || id WHERE id = $3 AND removed_at IS NULL
