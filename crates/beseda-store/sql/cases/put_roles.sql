-- Keeps who works at the desk of a kind of rooms.
INSERT INTO desk_kinds (kind, roles) VALUES ($1, $2)
ON CONFLICT (kind) DO UPDATE SET roles = excluded.roles
