-- Somebody has come with a receipt: which of the room's it is.
UPDATE members SET receipt = $1 WHERE id = $2
