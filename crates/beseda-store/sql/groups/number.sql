-- The number of a group that the host application calls by a text.
SELECT g.id FROM groups g WHERE g.host_name = $1
