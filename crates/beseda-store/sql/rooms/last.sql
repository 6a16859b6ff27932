-- The newest room, removed or not.
SELECT coalesce(max(r.id), 0) FROM rooms r
