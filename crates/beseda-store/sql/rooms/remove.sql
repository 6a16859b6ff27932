-- Takes a room away and frees its key.
UPDATE rooms SET removed_at = $1, key = key || '#removed:' || id WHERE id = $2 AND removed_at IS NULL
