-- Who works at the desk of a kind of rooms.
SELECT d.roles FROM desk_kinds d WHERE d.kind = $1
