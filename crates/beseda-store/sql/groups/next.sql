-- The next number of ours for a group: they begin at $1.
SELECT coalesce(max(g.id) + 1, $1) FROM groups g WHERE g.id >= $1
