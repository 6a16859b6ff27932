-- Takes a person's password away.
UPDATE people SET password_hash = NULL WHERE id = $1
