-- Keeps what a search looks in.
UPDATE people SET search = $1 WHERE id = $2
