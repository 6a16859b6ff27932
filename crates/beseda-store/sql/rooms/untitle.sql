-- Takes the title from a room, also from a removed one.
UPDATE rooms SET title = '' WHERE id = $1
