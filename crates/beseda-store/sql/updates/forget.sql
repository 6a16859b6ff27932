-- Something is there no more.
DELETE FROM updates WHERE kind = $1 AND subject = $2
