-- The oldest and the newest notice that are there.
SELECT coalesce((SELECT min(n.id) FROM notices n), 0), coalesce((SELECT max(n.id) FROM notices n), 0)
